import { type Origin, originId, type Sequence } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { MeshEffect } from '../../src/mesh/effect.js';
import { MeshMachine } from '../../src/mesh/mesh-machine.js';
import type { Digest, MeshMessage, VectorEntry } from '../../src/mesh/message.js';
import type { MeshOptions } from '../../src/mesh/options.js';
import { announce, gapsOf, originOf, range, run, sent, sequencesOf } from './words.js';

const [SELF, A, B, O] = [originOf('self'), originOf('a'), originOf('b'), originOf('o')];

/** A machine with hands on it: time moves only by `tick` and `at`. */
class Hands {
  readonly machine: MeshMachine;
  nowMs = 0;

  constructor(options: Partial<MeshOptions> = {}) {
    this.machine = new MeshMachine(SELF, options);
  }

  up(...peers: Origin[]): MeshEffect[] {
    return peers.flatMap((peer) => this.machine.handle({ kind: 'link-up', peer }, this.nowMs));
  }

  down(peer: Origin): MeshEffect[] {
    return this.machine.handle({ kind: 'link-down', peer }, this.nowMs);
  }

  publish(count = 1): MeshEffect[] {
    const announcements = Array.from({ length: count }, (_, i) => announce(`k${i}`));
    return this.machine.handle({ kind: 'publish', announcements }, this.nowMs);
  }

  from(peer: Origin, message: MeshMessage): MeshEffect[] {
    return this.machine.handle({ kind: 'message', from: peer, message }, this.nowMs);
  }

  events(peer: Origin, ...runs: ReturnType<typeof run>[]): MeshEffect[] {
    return this.from(peer, { kind: 'events', runs });
  }

  vector(peer: Origin, heads: readonly [Origin, number][], reply = false): MeshEffect[] {
    return this.from(peer, { kind: 'vector', entries: entriesOf(heads), reply });
  }

  beat(peer: Origin, digest: Digest): MeshEffect[] {
    return this.from(peer, { kind: 'heartbeat', beat: 1, digest });
  }

  tick(afterMs = 0): MeshEffect[] {
    this.nowMs += afterMs;
    return this.machine.handle({ kind: 'tick', random: 0 }, this.nowMs);
  }

  /** Linked to A and B, whose empty vectors were compared: joined, coherent. */
  static joined(options: Partial<MeshOptions> = {}): Hands {
    const hands = new Hands(options);
    hands.up(A, B);
    hands.vector(A, []);
    hands.vector(B, []);
    return hands;
  }
}

const entriesOf = (heads: readonly [Origin, number][]): VectorEntry[] =>
  heads.map(([origin, head]) => ({ origin, contiguous: head as Sequence, above: [] }));

/** The digest of a node that has exactly these heads. */
function digestOf(...heads: [Origin, number][]): Digest {
  const other = new MeshMachine(originOf('other'));
  for (const [origin, head] of heads)
    other.handle({ kind: 'events', runs: [run(origin, 1, head)] }, 0);
  other.handle({ kind: 'link-up', peer: A }, 0);
  const [beat] = sent(other.handle({ kind: 'tick', random: 0 }, 0), 'heartbeat');
  if (!beat) throw new Error('no heartbeat');
  return beat.digest;
}

const coherences = (effects: readonly MeshEffect[]) =>
  effects.flatMap((effect) => (effect.kind === 'coherence' ? [effect.coherence] : []));

describe('events', () => {
  it('are broadcast once with consecutive sequences, and not delivered here', () => {
    const hands = Hands.joined();
    const effects = [...hands.publish(2), ...hands.publish(1)];
    const runs = effects.flatMap((effect) =>
      effect.kind === 'broadcast' && effect.message.kind === 'events' ? effect.message.runs : [],
    );
    expect(runs.map(({ first, announcements }) => [first, announcements.length])).toEqual([
      [1, 2],
      [3, 1],
    ]);
    expect(sequencesOf(effects)).toEqual([]);
  });

  it('are delivered once however often and by whichever medium they come (M1)', () => {
    const hands = Hands.joined();
    const effects = [
      hands.events(A, run(O, 1)),
      hands.events(B, run(O, 1)),
      hands.machine.handle({ kind: 'events', runs: [run(O, 1)] }, 0),
    ].flat();
    expect(sequencesOf(effects)).toEqual([1]);
    expect(hands.machine.counters).toMatchObject({ delivered: 1, duplicates: 2 });
  });

  it('of this node that come back are ignored, those of its former epoch are not (M4)', () => {
    const hands = Hands.joined();
    expect(sequencesOf(hands.events(A, run(SELF, 1), run(originOf('self', 2), 1)))).toEqual([1]);
    expect(hands.machine.sequence).toBe(0);
  });

  it('are taken from no link that is not up, yet from anyone over a shared medium', () => {
    const hands = new Hands();
    expect(hands.events(A, run(O, 1))).toEqual([]);
    hands.up(A);
    hands.down(A);
    expect(hands.events(A, run(O, 1))).toEqual([]);
    const shared = hands.machine.handle({ kind: 'events', runs: [run(O, 1)] }, 0);
    expect(sequencesOf(shared)).toEqual([1]);
  });
});

describe('a digest', () => {
  it('that agrees costs nothing but the acknowledgement', () => {
    const hands = Hands.joined();
    hands.events(A, run(O, 1));
    const effects = hands.beat(A, digestOf([O, 1]));
    expect(effects.map((effect) => effect.kind)).toEqual(['send']);
    expect(sent(effects, 'heartbeat-ack')).toHaveLength(1);
  });

  it('with a head that is not here leads to a pull after repairDelayMs', () => {
    const hands = Hands.joined();
    expect(sent(hands.beat(A, digestOf([O, 3])), 'pull')).toEqual([]);
    hands.tick();
    expect(sent(hands.tick(99), 'pull')).toEqual([]);
    expect(sent(hands.tick(1), 'pull')).toEqual([
      { kind: 'pull', to: A, ranges: [range(O, 1, 3)] },
    ]);
  });

  it('that disagrees twice in a row makes vectors travel, once is not enough (M3)', () => {
    const hands = Hands.joined();
    hands.publish();
    expect(sent(hands.beat(A, digestOf()), 'vector')).toEqual([]);
    expect(sent(hands.beat(A, digestOf()), 'vector')).toMatchObject([{ to: A, reply: true }]);
  });

  it('that agrees in between starts the count anew (M3)', () => {
    const hands = Hands.joined();
    const agreeing = digestOf();
    hands.beat(A, digestOf([O, 1]));
    hands.beat(A, agreeing);
    expect(sent(hands.beat(A, digestOf([O, 1])), 'vector')).toEqual([]);
  });

  it('that disagrees for ever makes vectors travel ever less often, until they find something', () => {
    const hands = Hands.joined();
    hands.publish();
    const beatsUntilVector = () => {
      for (let beats = 1; beats <= 100; beats++) {
        if (sent(hands.beat(A, digestOf()), 'vector').length === 0) continue;
        hands.vector(A, []);
        return beats;
      }
      return undefined;
    };
    const waits = Array.from({ length: 7 }, beatsUntilVector);
    expect(waits).toEqual([2, 4, 8, 16, 32, 32, 32]);
    hands.vector(A, [[O, 1]]);
    expect(beatsUntilVector()).toBe(2);
  });

  it('of a peer whose vector was never seen makes vectors travel at once, and claims nothing', () => {
    const hands = new Hands();
    hands.up(A);
    expect(sent(hands.beat(A, digestOf([O, 9])), 'vector')).toMatchObject([{ reply: true }]);
    hands.tick(1_000);
    expect(hands.machine.counters.pullsSent).toBe(0);
  });

  it('does nothing at all where repair is off', () => {
    const hands = new Hands({ repair: false });
    hands.up(A);
    for (let i = 0; i < 5; i++) hands.beat(A, digestOf([O, 9]));
    hands.vector(A, [[O, 9]], true);
    hands.tick(1_000);
    expect(hands.machine.counters).toMatchObject({ pullsSent: 0, vectorsSent: 0 });
    expect(hands.machine.coherence).toBe('coherent');
  });
});

describe('a vector', () => {
  it('opens every link, and is answered only when an answer is wanted', () => {
    const hands = new Hands();
    hands.publish(2);
    expect(sent(hands.up(A), 'vector')).toEqual([
      { kind: 'vector', to: A, reply: false, entries: entriesOf([[SELF, 2]]) },
    ]);
    expect(sent(hands.vector(A, []), 'vector')).toEqual([]);
    expect(sent(hands.vector(A, [], true), 'vector')).toMatchObject([{ reply: false }]);
  });

  it('that claims events of this very node claims nothing', () => {
    const hands = Hands.joined();
    hands.vector(A, [[SELF, 99]]);
    hands.tick(200);
    expect(hands.machine.counters.pullsSent).toBe(0);
  });
});

describe('a pull', () => {
  it('is answered with what is missing first and the events last', () => {
    const hands = Hands.joined({ journalEventsMax: 2 });
    hands.publish(4);
    const effects = hands.from(A, { kind: 'pull', ranges: [range(SELF, 1, 4)] });
    expect(effects).toMatchObject([
      { to: A, message: { kind: 'missing', ranges: [range(SELF, 1, 2)] } },
      { to: A, message: { kind: 'events', runs: [{ first: 3 }] } },
    ]);
  });

  it('answered in parts is continued at once until all is here', () => {
    const hands = Hands.joined();
    hands.vector(A, [[O, 9]]);
    hands.tick(100);
    const effects = hands.events(A, run(O, 1, 4));
    expect(sequencesOf(effects)).toEqual([1, 2, 3, 4]);
    expect(sent(effects, 'pull')).toEqual([{ kind: 'pull', to: A, ranges: [range(O, 5, 9)] }]);
    expect(sent(hands.events(A, run(O, 5, 9)), 'pull')).toEqual([]);
    expect(hands.machine.counters.repaired).toBe(9);
  });
});

describe('a loss', () => {
  /** Event 3 is here; 1 and 2 are asked of A, then of B. */
  function lossOfTwo(): { hands: Hands; effects: MeshEffect[] } {
    const hands = Hands.joined();
    hands.events(A, run(O, 3));
    hands.tick(100);
    hands.from(A, { kind: 'missing', ranges: [range(O, 1, 2)] });
    const effects = hands.from(B, { kind: 'missing', ranges: [range(O, 1, 2)] });
    return { hands, effects };
  }

  it('is declared as a gap when every linked peer lacks what an event proves (F8)', () => {
    const { hands, effects } = lossOfTwo();
    expect(gapsOf(effects)).toMatchObject([{ lost: [range(O, 1, 2)] }]);
    expect(coherences(effects)).toEqual(['catching-up']);
    const closed = hands.machine.handle({ kind: 'gap-closed', gapId: 1 }, hands.nowMs);
    expect(coherences(closed)).toEqual(['coherent']);
  });

  it('once declared is no difference to peers that have the events: nothing is asked for again', () => {
    const { hands } = lossOfTwo();
    const effects = [hands.beat(A, digestOf([O, 3])), hands.tick(5_000)].flat();
    expect([...sent(effects, 'pull'), ...sent(effects, 'vector')]).toEqual([]);
  });

  it('is none for a head that no event backs: the claimant is counted (F8)', () => {
    const hands = Hands.joined();
    hands.vector(A, [[O, Number.MAX_SAFE_INTEGER]]);
    hands.tick(100);
    const missing = [range(O, 1, Number.MAX_SAFE_INTEGER)];
    const effects = hands.from(A, { kind: 'missing', ranges: missing });
    expect(gapsOf(effects)).toEqual([]);
    expect(hands.machine.counters.unbackedClaims).toBe(1);
    expect(hands.machine.coherence).toBe('coherent');
    // Nor does the claim keep anything else of that origin from coming.
    expect(sequencesOf(hands.events(B, run(O, 1, 2)))).toEqual([1, 2]);
    for (let i = 0; i < 40; i++) hands.vector(A, [[O, Number.MAX_SAFE_INTEGER]]);
    hands.tick(500);
    expect(hands.machine.counters).toMatchObject({ pullsSent: 1, unbackedClaims: 1, gaps: 0 });
  });

  it('is declared, too, when the last peer has left: nobody else can bring it', () => {
    const hands = Hands.joined();
    hands.events(A, run(O, 2));
    hands.from(A, { kind: 'leave' });
    hands.from(B, { kind: 'leave' });
    expect(gapsOf(hands.tick(200))).toMatchObject([{ lost: [range(O, 1)] }]);
  });

  it('is not declared while isolated: whoever answers again may hold it', () => {
    const hands = Hands.joined();
    hands.events(A, run(O, 2));
    hands.down(A);
    hands.down(B);
    expect(gapsOf(hands.tick(50_000))).toEqual([]);
    hands.up(A);
    expect(sent(hands.tick(), 'pull')).toEqual([{ kind: 'pull', to: A, ranges: [range(O, 1)] }]);
  });

  describe('is suspected when a peer tells no more of an origin of which this node may never have heard (M3, F8)', () => {
    const beatOf = (leftOutMs: number): Digest => ({ ...digestOf(), leftOutMs });

    it('by its digest, once: what the others of its side leave out is covered by the same gap', () => {
      const hands = Hands.joined();
      hands.tick(1_000);
      expect(gapsOf(hands.beat(A, beatOf(999)))).toMatchObject([{ lost: [] }]);
      expect(gapsOf(hands.beat(A, beatOf(999)))).toEqual([]);
      expect(gapsOf(hands.beat(B, beatOf(1)))).toEqual([]);
      hands.tick(1_000);
      expect(gapsOf(hands.beat(B, beatOf(999)))).toHaveLength(1);
    });

    it.each(['vector', 'sketch'] as const)('by a %s', (kind) => {
      const hands = Hands.joined();
      hands.tick(1_000);
      const cells = [{ count: 0, key: 0, head: 0, check: 0 }];
      const message: MeshMessage =
        kind === 'vector'
          ? { kind, entries: [], reply: false, leftOutMs: 500 }
          : { kind, cells, origins: 0, leftOutMs: 500 };
      expect(gapsOf(hands.from(A, message))).toMatchObject([{ lost: [] }]);
    });

    it('not when it learned of it before this node began', () => {
      const hands = Hands.joined();
      hands.tick(1_000);
      expect(gapsOf(hands.beat(A, beatOf(1_000)))).toEqual([]);
    });

    it('nor when the two have agreed since, however long they were apart then', () => {
      const hands = Hands.joined();
      hands.tick(1_000);
      hands.from(A, { kind: 'heartbeat-ack', beat: 1, digest: digestOf() });
      hands.tick(500);
      expect(gapsOf(hands.beat(A, beatOf(500)))).toEqual([]);
      hands.down(A);
      hands.nowMs += 1e9;
      hands.up(A);
      expect(gapsOf(hands.beat(A, beatOf(1e9 + 500)))).toEqual([]);
      expect(gapsOf(hands.beat(A, beatOf(1e9 + 499)))).toHaveLength(1);
    });

    it('nor where repair is off', () => {
      const hands = Hands.joined({ repair: false });
      hands.tick(1_000);
      expect(gapsOf(hands.beat(A, beatOf(1)))).toEqual([]);
    });

    it('of a peer that cannot say it: when it returns after longer than silent origins are told of', () => {
      const hands = Hands.joined({ silentOriginMs: 10_000 });
      hands.down(A);
      hands.nowMs += 10_000;
      expect(gapsOf(hands.up(A))).toEqual([]);
      hands.down(A);
      hands.nowMs += 9_999;
      const up = { kind: 'link-up', peer: A, sketches: false } as const;
      expect(gapsOf(hands.machine.handle(up, hands.nowMs))).toEqual([]);
      hands.down(A);
      hands.nowMs += 10_000;
      expect(gapsOf(hands.machine.handle(up, hands.nowMs))).toMatchObject([{ lost: [] }]);
    });
  });
});

describe('a node that joins', () => {
  it('pulls the newest event of each origin, then declares the past as a gap', () => {
    const hands = new Hands();
    hands.up(A);
    hands.vector(A, [[O, 500]]);
    expect(sent(hands.tick(100), 'pull')).toEqual([
      { kind: 'pull', to: A, ranges: [range(O, 500)] },
    ]);
    const effects = hands.events(A, run(O, 500));
    expect(gapsOf(effects)).toMatchObject([{ lost: [range(O, 1, 499)] }]);
    expect(hands.machine.coherence).toBe('catching-up');
  });

  it('believes no past that nobody can prove, and is not deaf to the origin after it', () => {
    const hands = new Hands();
    hands.up(A, B);
    hands.vector(A, [[O, Number.MAX_SAFE_INTEGER]]);
    hands.vector(B, []);
    hands.tick(100);
    hands.from(A, {
      kind: 'missing',
      ranges: [range(O, Number.MAX_SAFE_INTEGER)],
    });
    expect(hands.machine.counters.unbackedClaims).toBe(1);
    hands.vector(B, [[O, 2]]);
    expect(sent(hands.tick(100), 'pull')).toEqual([
      { kind: 'pull', to: B, ranges: [range(O, 1, 2)] },
    ]);
  });
});

describe('links', () => {
  it('to a former life of a node give way to the new one (M4)', () => {
    const hands = Hands.joined();
    const again = originOf('a', 2);
    const effects = hands.up(again);
    expect(effects).toContainEqual({ kind: 'close-link', peer: A, reason: 'restarted' });
    expect(hands.machine.links.map(({ peer }) => originId(peer))).toEqual([B, again].map(originId));
  });

  it('that fall silent are closed, and the peer counts as lost', () => {
    const hands = new Hands();
    hands.up(A);
    for (let i = 0; i < 19; i++) hands.tick(100);
    expect(hands.machine.links).toHaveLength(1);
    const effects = hands.tick(100);
    expect(effects).toContainEqual({ kind: 'close-link', peer: A, reason: 'silent' });
    expect(hands.machine.coherence).toBe('isolated');
  });

  it('of a peer that leaves are closed, and nobody mourns', () => {
    const hands = new Hands();
    hands.up(A);
    const effects = hands.from(A, { kind: 'leave' });
    expect(effects).toContainEqual({ kind: 'close-link', peer: A, reason: 'left' });
    expect(hands.down(A)).toEqual([]);
    expect(hands.machine.coherence).toBe('alone');
  });

  it('carry one heartbeat with the digest every heartbeatMs', () => {
    const hands = Hands.joined();
    hands.publish(3);
    const beats = sent([hands.tick(), hands.tick(499), hands.tick(1)].flat(), 'heartbeat');
    expect(beats.map(({ to, beat }) => [to.node, beat])).toEqual([
      ['a', 1],
      ['b', 1],
      ['a', 2],
      ['b', 2],
    ]);
    expect(beats[0]?.digest.heads).toEqual([{ origin: SELF, sequence: 3 }]);
  });
});

describe('coherence', () => {
  it('is alone, then catching-up until a first vector was compared, then coherent', () => {
    const hands = new Hands();
    expect(hands.machine.coherence).toBe('alone');
    expect(coherences(hands.up(A))).toEqual(['catching-up']);
    expect(coherences(hands.vector(A, []))).toEqual(['coherent']);
  });

  it('is isolated as soon as others are known and none is linked', () => {
    const hands = new Hands();
    const effects = hands.machine.handle({ kind: 'others-known', count: 1 }, 0);
    expect(coherences(effects)).toEqual(['isolated']);
  });

  it('falls when something is missing for longer than catchingUpAfterMs, and rises when it came', () => {
    const hands = Hands.joined({ linkSilentMs: 1e9, isolatedAfterMs: 1e9 });
    hands.vector(A, [[O, 1]]);
    expect(coherences(hands.tick(1_000))).toEqual([]);
    expect(coherences(hands.tick(1))).toEqual(['catching-up']);
    expect(coherences(hands.events(A, run(O, 1)))).toEqual(['coherent']);
  });

  it('after isolation comes only with what the vectors then showed to be missing', () => {
    const hands = Hands.joined({ linkSilentMs: 1e9 });
    expect(coherences(hands.tick(2_000))).toEqual(['isolated']);
    hands.from(A, { kind: 'heartbeat-ack', beat: 1, digest: digestOf([O, 2]) });
    expect(hands.machine.coherence).toBe('catching-up');
    hands.vector(A, [[O, 2]]);
    expect(hands.machine.coherence).toBe('catching-up');
    hands.tick(100);
    expect(coherences(hands.events(A, run(O, 1, 2)))).toEqual(['coherent']);
  });
});

describe('a link whose queue overflowed', () => {
  it('needs sync: the next digest that disagrees makes vectors travel', () => {
    const hands = Hands.joined();
    hands.publish();
    hands.machine.handle({ kind: 'needs-sync', peer: A }, hands.nowMs);
    expect(sent(hands.beat(A, digestOf()), 'vector')).toMatchObject([{ to: A, reply: true }]);
    expect(sent(hands.beat(B, digestOf()), 'vector')).toEqual([]);
  });

  it('that is gone needs nothing', () => {
    const hands = new Hands();
    expect(hands.machine.handle({ kind: 'needs-sync', peer: A }, 0)).toEqual([]);
  });
});

describe('memory', () => {
  it('of origins and their events is bounded, this node own events stay repairable', () => {
    const hands = Hands.joined({ originsMax: 8 });
    hands.publish(1);
    for (let i = 0; i < 100; i++) hands.events(A, run(originOf(`n${i}`), 1));
    const [told] = sent(hands.up(originOf('c')), 'vector');
    expect(told?.entries).toHaveLength(8);
    expect(told?.entries).toContainEqual(entriesOf([[SELF, 1]])[0]);
    const answer = hands.from(A, {
      kind: 'pull',
      ranges: [range(SELF, 1), range(originOf('n0'), 1)],
    });
    expect(answer).toMatchObject([
      { message: { kind: 'missing', ranges: [range(originOf('n0'), 1)] } },
      { message: { kind: 'events', runs: [{ origin: SELF }] } },
    ]);
  });
});
