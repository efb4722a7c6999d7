import type { Origin } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { MembershipEffect } from '../../src/membership/effect.js';
import { INCARNATION_MAX } from '../../src/membership/member.js';
import type { MembershipMachine } from '../../src/membership/membership-machine.js';
import type { MembershipMessage, MemberUpdate } from '../../src/membership/message.js';
import { MetadataTooLargeError } from '../../src/membership/metadata.js';
import { MEMBERSHIP_DEFAULTS, type MembershipOptions } from '../../src/membership/options.js';
import {
  addressesOf,
  alive,
  changesOf,
  gone,
  incarnationOf,
  machineOf,
  originOf,
  sent,
  suspect,
} from './words.js';

const self = originOf('self');
const a = originOf('a');
const b = originOf('b');
const c = originOf('c');

/** One machine, its clock, and everything that it did. */
class Bench {
  readonly machine: MembershipMachine;
  nowMs = 0;
  answering: Origin[] = [];

  constructor(options: Partial<MembershipOptions> = {}) {
    this.machine = machineOf(self, options);
  }

  link(...peers: Origin[]): MembershipEffect[] {
    return peers.flatMap((peer) =>
      this.machine.handle({ kind: 'linked', peer, addresses: addressesOf(peer) }, this.nowMs),
    );
  }

  unlink(peer: Origin, evidence: 'closed' | 'silent' = 'closed'): MembershipEffect[] {
    return this.machine.handle({ kind: 'unlinked', peer, evidence }, this.nowMs);
  }

  hear(from: Origin, message: MembershipMessage): MembershipEffect[] {
    return this.machine.handle({ kind: 'message', from, message }, this.nowMs);
  }

  gossip(from: Origin, ...members: MemberUpdate[]): MembershipEffect[] {
    return this.hear(from, { kind: 'members', members, reply: false });
  }

  /** Ticks every 50 ms; those of `answering` acknowledge every ping at once. */
  run(forMs: number): MembershipEffect[] {
    const effects: MembershipEffect[] = [];
    for (const endMs = this.nowMs + forMs; this.nowMs < endMs; ) {
      this.nowMs += 50;
      effects.push(...this.#answered(this.tick()));
    }
    return effects;
  }

  tick(): MembershipEffect[] {
    return this.machine.handle({ kind: 'tick', random: 0.4, eventLoopDelayMs: 0 }, this.nowMs);
  }

  #answered(effects: MembershipEffect[]): MembershipEffect[] {
    const all = [...effects];
    for (const { to, sequence } of sent(effects, 'ping'))
      if (this.answering.includes(to))
        all.push(...this.hear(to, { kind: 'ack', sequence, updates: [] }));
    for (const { to, sequence, target } of sent(effects, 'ping-request'))
      if (this.answering.includes(to))
        all.push(
          ...this.hear(to, { kind: 'ping-result', sequence, target, acked: false, updates: [] }),
        );
    return all;
  }
}

function connectsOf(effects: readonly MembershipEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.kind === 'connect' ? [effect.member.origin.node] : [],
  );
}

describe('a new link', () => {
  it('makes a member, and brings the peer the whole table', () => {
    const bench = new Bench();
    bench.link(a);
    const effects = bench.link(b);
    expect(changesOf(effects)).toEqual(['b: new > alive (joined)']);
    expect(sent(effects, 'members')).toEqual([
      {
        kind: 'members',
        to: b,
        members: [alive(a), alive(b), alive(self)],
        reply: false,
      },
    ]);
  });

  it('with itself is none', () => {
    expect(new Bench().link(self)).toEqual([]);
  });

  it('is refused beyond membersMax, counted, and still answered', () => {
    const bench = new Bench({ membersMax: 3 });
    expect(changesOf(bench.link(a, b))).toHaveLength(2);
    expect(changesOf(bench.link(c))).toEqual([]);
    expect(bench.machine.counters.membersRefused).toBe(1);
    const effects = bench.hear(c, { kind: 'ping', sequence: 9, updates: [alive(c)] });
    expect(sent(effects, 'ack')).toMatchObject([{ to: c, sequence: 9 }]);
    expect(bench.machine.members()).toHaveLength(3);
  });

  it('whose description is beyond its limits is a member without one', () => {
    const { machine } = new Bench();
    const addresses = Array<string>(17).fill('x:1');
    machine.handle({ kind: 'linked', peer: a, addresses, metadata: { k: 'v'.repeat(300) } }, 0);
    expect(machine.members()[0]).toMatchObject({ origin: a, addresses: [], metadata: {} });
  });
});

describe('probing', () => {
  it('pings each member once a round, and an acknowledgement is enough', () => {
    const bench = new Bench();
    const peers = Array.from({ length: 9 }, (_, i) => originOf(`n${i}`));
    bench.link(...peers);
    bench.answering = peers;
    bench.run(1_000);
    expect(bench.machine.roundMs()).toBe(1_000);
    const pinged = sent(bench.run(1_000), 'ping').map(({ to }) => to.node);
    // Two batches of five reach nine members; the tenth ping begins the next round.
    expect(pinged).toHaveLength(10);
    expect([...new Set(pinged)].toSorted()).toEqual(peers.map(({ node }) => node));
    expect(bench.machine.localHealth()).toBe(0);
  });

  it('asks others after a ping timeout, pings again, and suspects after another one', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.answering = [b, c];
    const effects = bench.run(2_600);
    const pings = sent(effects, 'ping').filter(({ to }) => to === a);
    const requests = sent(effects, 'ping-request').filter(({ target }) => target === a);
    expect(pings[1]?.sequence).toBe(pings[0]?.sequence);
    expect(new Set(requests.map(({ to }) => to.node))).toEqual(new Set(['b', 'c']));
    expect(changesOf(effects)).toContain('a: alive > suspect (no answer)');
    // The helpers' nacks say that this node hears well.
    expect(bench.machine.localHealth()).toBe(0);
  });

  it('blames itself when the helpers are silent too', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.run(2_600);
    expect(bench.machine.localHealth()).toBeGreaterThan(2);
  });

  it('believes a helper that has an answer', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.answering = [b];
    let changes: string[] = [];
    for (let i = 0; i < 60; i++) {
      const effects = bench.run(50);
      changes = [...changes, ...changesOf(effects)];
      for (const { to, sequence, target } of sent(effects, 'ping-request'))
        bench.hear(to, { kind: 'ping-result', sequence, target, acked: true, updates: [] });
    }
    expect(bench.machine.counters.probes).toBeGreaterThan(3);
    expect(changes).toEqual([]);
  });

  it('of a member without a link starts at the helpers at once, and asks for a connection', () => {
    const bench = new Bench();
    bench.link(a, b);
    const effects = bench.unlink(a);
    expect(sent(effects, 'ping')).toEqual([]);
    expect(sent(effects, 'ping-request')).toMatchObject([{ to: b, target: a }]);
    expect(connectsOf(effects)).toEqual(['a']);
  });

  it('leaves out for a while who was only heard of: it is dialled, and watched by its peers', () => {
    const bench = new Bench({ firstLinkMs: 5_000 });
    bench.link(b);
    bench.answering = [b];
    bench.gossip(b, alive(a));
    const early = bench.run(4_900);
    expect(sent(early, 'ping-request')).toEqual([]);
    expect(connectsOf(early)).toContain('a');
    expect(changesOf(early)).toEqual([]);
    expect(changesOf(bench.run(2_000))).toEqual(['a: alive > suspect (no answer)']);
  });

  it('does not leave out who was only heard of once a dial was refused', () => {
    const bench = new Bench();
    bench.link(b);
    bench.answering = [b];
    bench.gossip(b, alive(a));
    expect(sent(bench.unlink(a), 'ping-request')).toMatchObject([{ to: b, target: a }]);
    expect(changesOf(bench.run(1_000))).toEqual(['a: alive > suspect (link closed)']);
  });

  it('is settled by a round trip that was seen elsewhere', () => {
    const bench = new Bench();
    bench.link(a);
    for (let i = 0; i < 100; i++) {
      bench.machine.handle({ kind: 'reached', peer: a }, bench.nowMs);
      expect(changesOf(bench.run(100))).toEqual([]);
    }
  });

  it('for others is answered by the target, or by a nack, or at once without a link', () => {
    const bench = new Bench();
    bench.link(a, b);
    const request = { kind: 'ping-request', sequence: 5, target: b, updates: [] } as const;
    const [ping] = sent(bench.hear(a, request), 'ping');
    expect(ping?.to).toBe(b);
    bench.nowMs += MEMBERSHIP_DEFAULTS.pingTimeoutMs / 2;
    expect(sent(bench.tick(), 'ping-result')).toMatchObject([{ to: a, sequence: 5, acked: false }]);
    const ack = { kind: 'ack', sequence: ping?.sequence ?? 0, updates: [] } as const;
    const late = bench.hear(b, ack);
    expect(sent(late, 'ping-result')).toMatchObject([
      { to: a, sequence: 5, target: b, acked: true },
    ]);
    const unlinked = bench.hear(a, { ...request, target: c });
    expect(sent(unlinked, 'ping-result')).toMatchObject([{ to: a, target: c, acked: false }]);
  });

  it('for others is refused beyond relaysMax, by a nack, and counted', () => {
    const bench = new Bench({ relaysMax: 2 });
    bench.link(a, b);
    const ask = (sequence: number) =>
      bench.hear(a, { kind: 'ping-request', sequence, target: b, updates: [] });
    expect(sent([...ask(1), ...ask(2)], 'ping')).toHaveLength(2);
    const third = ask(3);
    expect(sent(third, 'ping')).toEqual([]);
    expect(sent(third, 'ping-result')).toMatchObject([{ sequence: 3, acked: false }]);
    expect(bench.machine.counters.relaysRefused).toBe(1);
  });
});

describe('a suspicion', () => {
  it('is told to the suspect in every message, until it refutes', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.gossip(b, suspect(a, b));
    const pings = sent(bench.run(3_000), 'ping').filter(({ to }) => to === a);
    expect(pings.length).toBeGreaterThan(1);
    for (const { updates } of pings) expect(updates[0]).toEqual(suspect(a, b));
    expect(changesOf(bench.gossip(a, alive(a, 1)))).toEqual(['a: suspect > alive (refuted)']);
  });

  it('that was only heard of is looked into within a probe interval, by all of a few members', () => {
    expect(lookedInto(7)).toBe(7);
  });

  it('that was only heard of is looked into by some eight of many members, not by all', () => {
    const looks = lookedInto(30);
    expect(looks).toBeGreaterThan(3);
    expect(looks).toBeLessThan(30);
  });

  it('by a closed link is one by silence once there was a link again', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.answering = [b, c];
    bench.unlink(a, 'closed');
    bench.run(300);
    bench.link(a);
    bench.unlink(a, 'silent');
    bench.gossip(b, suspect(a, b, 'closed'));
    bench.run(4_000);
    expect(bench.machine.stateOf(a)).toBe('suspect');
  });

  it('is not ended by an acknowledgement', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.answering = [a, b];
    bench.gossip(b, suspect(a, b));
    bench.run(2_000);
    expect(bench.machine.stateOf(a)).toBe('suspect');
  });

  it('of two closed links ends in death after closedMs', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.answering = [b, c];
    bench.unlink(a);
    bench.run(300);
    bench.gossip(b, suspect(a, b, 'closed'));
    expect(changesOf(bench.run(1_050))).toEqual(['a: suspect > dead (link closed)']);
  });

  it('does not take closed links for evidence after an own stall', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.answering = [b, c];
    bench.tick();
    bench.nowMs += 2_000;
    bench.unlink(a);
    bench.gossip(b, suspect(a, b, 'closed'));
    bench.run(4_500);
    expect(bench.machine.stateOf(a)).toBe('suspect');
  });

  it('gets the time of an own stall on top', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.answering = [a, b];
    bench.tick();
    bench.gossip(b, suspect(a, b));
    bench.nowMs += 60_000;
    bench.tick();
    bench.run(2_000);
    expect(bench.machine.stateOf(a)).toBe('suspect');
    expect(bench.machine.counters.stalls).toBe(1);
  });

  it('is what hearsay of a death amounts to where there is a link', () => {
    const bench = new Bench();
    bench.link(a, b);
    expect(changesOf(bench.gossip(b, gone('dead', a)))).toEqual(['a: alive > suspect (no answer)']);
    bench.gossip(b, alive(c));
    expect(changesOf(bench.gossip(b, gone('dead', c)))).toEqual(['c: alive > dead (heard dead)']);
  });
});

describe('a node that is accused', () => {
  it.each([
    ['suspect', suspect(self, a)],
    ['dead', gone('dead', self)],
  ])('of being %s refutes, to all its peers at once, and distrusts itself', (_, accusation) => {
    const bench = new Bench();
    bench.link(a, b);
    const effects = bench.gossip(a, accusation);
    expect(effects).toContainEqual({ kind: 'refuted', incarnation: 1 });
    expect(sent(effects, 'members').map(({ to, members }) => [to.node, members])).toEqual([
      ['a', [alive(self, 1)]],
      ['b', [alive(self, 1)]],
    ]);
    expect(bench.machine.localHealth()).toBe(1);
    expect(bench.machine.local().incarnation).toBe(1);
  });

  it('answers an old accusation, without raising its incarnation again', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.gossip(a, suspect(self, a));
    const again = bench.gossip(b, suspect(self, b));
    expect(sent(again, 'members')).toMatchObject([{ to: b, members: [alive(self, 1)] }]);
    expect(bench.machine.local().incarnation).toBe(1);
    expect(bench.machine.counters.refutations).toBe(1);
  });

  it('goes above whatever is claimed, as far as incarnations go, and refuses what it cannot contradict', () => {
    const bench = new Bench();
    bench.link(a);
    bench.gossip(a, suspect(self, a, 'silent', INCARNATION_MAX - 1));
    expect(bench.machine.local().incarnation).toBe(INCARNATION_MAX);
    bench.gossip(a, suspect(self, a, 'silent', INCARNATION_MAX), gone('left', self));
    expect(bench.machine.counters.updatesRefused).toBe(2);
    expect(bench.machine.stateOf(self)).toBe('alive');
  });

  it('is defended by those who know better', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.gossip(a, alive(a, 2));
    const effects = bench.gossip(b, suspect(a, b, 'silent', 1));
    expect(sent(effects, 'members')).toMatchObject([{ to: b, members: [alive(a, 2)] }]);
  });
});

describe('a member that died', () => {
  function buried(options: Partial<MembershipOptions> = {}): Bench {
    const bench = new Bench(options);
    bench.link(b);
    bench.answering = [b];
    bench.gossip(b, alive(a), gone('dead', a));
    return bench;
  }

  it('is told when it comes back, and is one again by its word alone', () => {
    const bench = buried();
    const [table] = sent(bench.link(a), 'members');
    expect(table?.members).toContainEqual(gone('dead', a));
    expect(bench.machine.stateOf(a)).toBe('dead');
    const [ping] = sent(bench.run(1_000), 'ping').filter(({ to }) => to === a);
    expect(ping?.updates[0]).toEqual(gone('dead', a));
    expect(changesOf(bench.gossip(a, alive(a, 1)))).toEqual(['a: dead > alive (refuted)']);
  });

  it('is not raised by old gossip, neither while it is remembered nor after', () => {
    const bench = buried({ deadRememberedMs: 1_000 });
    expect(changesOf(bench.gossip(b, alive(a)))).toEqual([]);
    expect(changesOf(bench.run(2_000))).toEqual(['a: dead > dead (expired)']);
    expect(bench.machine.isKnown(a)).toBe(false);
    expect(changesOf(bench.gossip(b, alive(a), suspect(a, b)))).toEqual([]);
    expect(bench.machine.counters.updatesBuried).toBe(2);
    expect(changesOf(bench.gossip(b, alive(a, 1)))).toEqual(['a: new > alive (joined)']);
  });

  it('is remembered again when it comes back after it was forgotten, so that it can refute', () => {
    const bench = buried({ deadRememberedMs: 1_000 });
    bench.run(2_000);
    const effects = bench.link(a);
    expect(sent(effects, 'members')[0]?.members).toContainEqual(gone('dead', a));
    expect(changesOf(bench.gossip(a, alive(a, 1)))).toEqual(['a: dead > alive (refuted)']);
  });

  it('is dialled for as long as it is remembered', () => {
    const bench = buried({ deadRememberedMs: 10_000 });
    expect(connectsOf(bench.run(9_000)).length).toBeGreaterThan(3);
    bench.run(2_000);
    expect(connectsOf(bench.run(10_000))).toEqual([]);
  });

  it('before this node heard of it at all leaves a tombstone only', () => {
    const bench = new Bench();
    bench.link(b);
    expect(changesOf(bench.gossip(b, gone('dead', a)))).toEqual([]);
    expect(bench.machine.sizes()).toMatchObject({ members: 2, tombstones: 1 });
    expect(changesOf(bench.gossip(b, alive(a)))).toEqual([]);
  });
});

describe('a member that left', () => {
  it('is neither probed, dialled nor taken back', () => {
    const bench = new Bench();
    bench.link(a, b);
    bench.answering = [b];
    expect(changesOf(bench.hear(a, { kind: 'leave' }))).toEqual(['a: alive > left (left)']);
    expect(bench.unlink(a)).toEqual([]);
    const effects = [...bench.gossip(b, alive(a, 5)), ...bench.run(5_000)];
    expect(changesOf(effects)).toEqual([]);
    expect(connectsOf(effects)).toEqual([]);
    expect(sent(effects, 'ping').filter(({ to }) => to === a)).toEqual([]);
  });
});

describe('a name', () => {
  it('with a new life has its other one probed at once, and replaced when nobody answers', () => {
    const bench = new Bench();
    const again = originOf('a', 2);
    bench.link(a, b);
    bench.answering = [b, again];
    bench.unlink(a, 'silent');
    const requests = sent(bench.link(again), 'ping-request');
    expect(requests.map(({ to, target }) => [to.epoch, target])).toContainEqual([b.epoch, a]);
    expect(changesOf(bench.run(300))).toEqual(['a: alive > dead (replaced)']);
  });

  it('of which two lives answer is a conflict (S5)', () => {
    const bench = new Bench();
    const again = originOf('a', 2);
    bench.link(a, b);
    bench.answering = [a, b, again];
    const [ping] = sent(bench.link(again), 'ping');
    const ack = { kind: 'ack', sequence: ping?.sequence ?? 0, updates: [] } as const;
    expect(bench.hear(a, ack)).toEqual([
      { kind: 'name-conflict', node: 'a', epochs: [a.epoch, again.epoch] },
    ]);
    expect(bench.run(3_000).filter(({ kind }) => kind === 'name-conflict')).toEqual([]);
    expect(bench.machine.stateOf(a)).toBe('alive');
  });
});

describe('what this node says of itself', () => {
  it('reaches all peers at once, with a higher incarnation', () => {
    const bench = new Bench();
    bench.link(a, b);
    const effects = bench.machine.handle({ kind: 'update-self', metadata: { k: 'v' } }, 0);
    const update = { ...alive(self, 1), metadata: { k: 'v' } };
    expect(changesOf(effects)).toEqual(['self: alive > alive (updated)']);
    expect(sent(effects, 'members').map(({ to, members }) => [to.node, members])).toEqual([
      ['a', [update]],
      ['b', [update]],
    ]);
    expect(bench.machine.local().addresses).toEqual(addressesOf(self));
  });

  it('is refused above its limits, and nothing is applied', () => {
    const { machine } = new Bench();
    const before = machine.local();
    const metadata = { k: 'v'.repeat(257) };
    expect(() => machine.handle({ kind: 'update-self', addresses: ['x:1'], metadata }, 0)).toThrow(
      MetadataTooLargeError,
    );
    expect(machine.local()).toBe(before);
  });

  it('is a goodbye when it leaves, and nothing after', () => {
    const bench = new Bench();
    bench.link(a, b);
    const effects = bench.machine.handle({ kind: 'leave' }, 0);
    expect(sent(effects, 'leave').map(({ to }) => to.node)).toEqual(['a', 'b']);
    expect(changesOf(effects)).toEqual(['self: alive > left (left)']);
    expect(bench.run(5_000)).toEqual([]);
    expect(bench.machine.nextDueMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('junk', () => {
  it('from who has no link is counted, and not read', () => {
    const bench = new Bench();
    expect(bench.gossip(a, alive(a))).toEqual([]);
    expect(bench.machine.counters.strangers).toBe(1);
  });

  it('about others is counted, and the rest of the message is read', () => {
    const bench = new Bench();
    bench.link(a);
    const broken = { ...alive(b), incarnation: incarnationOf(-1) };
    expect(changesOf(bench.gossip(a, broken, alive(c)))).toEqual(['c: new > alive (joined)']);
    expect(bench.machine.counters.updatesRefused).toBe(1);
  });

  it('as an acknowledgement of nothing does nothing', () => {
    const bench = new Bench();
    bench.link(a);
    expect(bench.hear(a, { kind: 'ack', sequence: 99, updates: [] })).toEqual([]);
    const result = {
      kind: 'ping-result',
      sequence: 99,
      target: b,
      acked: true,
      updates: [],
    } as const;
    expect(bench.hear(a, result)).toEqual([]);
  });
});

describe('time', () => {
  it('is wanted in ticks at least every tickMs', () => {
    const bench = new Bench();
    for (let i = 0; i < 100; i++) {
      bench.link(a);
      bench.nowMs += 37;
      bench.tick();
      const dueMs = bench.machine.nextDueMs();
      expect(dueMs).toBeGreaterThan(bench.nowMs);
      expect(dueMs).toBeLessThanOrEqual(bench.nowMs + MEMBERSHIP_DEFAULTS.tickMs);
    }
  });

  it('spent stopped accuses nobody', () => {
    const bench = new Bench();
    bench.link(a, b, c);
    bench.answering = [a, b, c];
    bench.run(2_000);
    // A probe is in its last stage when the process is stopped.
    bench.answering = [];
    while (sent(bench.run(50), 'ping-request').length === 0);
    bench.nowMs += 30_000;
    bench.answering = [a, b, c];
    expect(changesOf(bench.run(5_000))).toEqual([]);
  });
});

/** @returns about how many of `count` suspicions, each only heard of, a member looks into at once */
function lookedInto(count: number): number {
  const bench = new Bench();
  const peers = Array.from({ length: count }, (_, i) => originOf(`n${i}`));
  bench.link(...peers);
  bench.answering = peers;
  bench.run(1_000);
  return peers.filter((peer) => {
    bench.gossip(peers[0] ?? a, suspect(peer, b));
    const pinged = sent(bench.run(MEMBERSHIP_DEFAULTS.probeIntervalMs), 'ping');
    bench.gossip(peer, alive(peer, 1));
    return pinged.some(({ to }) => to === peer);
  }).length;
}
