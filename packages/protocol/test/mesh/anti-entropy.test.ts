import { type Origin, originId } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import type { MeshEffect } from '../../src/mesh/effect.js';
import { MeshMachine } from '../../src/mesh/mesh-machine.js';
import type { MeshMessage } from '../../src/mesh/message.js';
import type { MeshOptions } from '../../src/mesh/options.js';
import { originOf, run, sent } from './words.js';

const COMPARING = ['vector', 'sketch', 'sketch-request', 'difference'];
const ALIVE = { heartbeatMs: Number.POSITIVE_INFINITY, linkSilentMs: 1e12, isolatedAfterMs: 1e12 };

const originAt = (i: number) => originOf(`o${i}`);

/** Two linked machines; what they say to each other arrives when a test lets it. */
class Two {
  readonly a: MeshMachine;
  readonly b: MeshMachine;
  readonly said: MeshMessage[] = [];
  nowMs = 0;

  /** @param sketches whether the two know them of each other */
  constructor(options: Partial<MeshOptions> = {}, sketches = true) {
    this.a = new MeshMachine(originOf('a'), { ...ALIVE, ...options });
    this.b = new MeshMachine(originOf('b'), { ...ALIVE, ...options });
    this.link(sketches);
  }

  link(sketches = true): void {
    const up = (one: MeshMachine, peer: Origin) =>
      one.handle({ kind: 'link-up', peer, sketches }, this.nowMs);
    const [ofA, ofB] = [up(this.a, this.b.self), up(this.b, this.a.self)];
    this.play(this.a, ofA);
    this.play(this.b, ofB);
  }

  /** Both, or one of them, hear events 1..head of so many origins. */
  hear(to: readonly MeshMachine[], from: number, count: number, head = 1): void {
    for (const machine of to)
      for (let i = from; i < from + count; i++)
        machine.handle({ kind: 'events', runs: [run(originAt(i), 1, head)] }, this.nowMs);
  }

  /** @returns the kinds of the messages by which the two compared */
  compare(beats = 2): string[] {
    const before = this.said.length;
    for (let i = 0; i < beats; i++) {
      const digest = this.a.digest(this.nowMs);
      this.play(this.b, this.from(this.b, this.a, { kind: 'heartbeat', beat: 1, digest }));
    }
    return this.said.slice(before).map(({ kind }) => kind);
  }

  from(to: MeshMachine, from: MeshMachine, message: MeshMessage): MeshEffect[] {
    return to.handle({ kind: 'message', from: from.self, message }, this.nowMs);
  }

  /** Delivers what compares, and what follows from it. */
  play(by: MeshMachine, effects: readonly MeshEffect[]): void {
    const other = by === this.a ? this.b : this.a;
    for (const effect of effects) {
      if (effect.kind !== 'send' || !COMPARING.includes(effect.message.kind)) continue;
      this.said.push(effect.message);
      this.play(other, this.from(other, by, effect.message));
    }
  }

  /** @returns the origins that the machine asks for after repairDelayMs */
  wanted(machine: MeshMachine): string[] {
    this.nowMs += 200;
    const pulls = sent(machine.handle({ kind: 'tick', random: 0 }, this.nowMs), 'pull');
    return [
      ...new Set(pulls.flatMap(({ ranges }) => ranges.map(({ origin }) => originId(origin)))),
    ];
  }
}

const ids = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => originId(originAt(from + i)));

describe('vectors of up to wholeVectorOriginsMax origins', () => {
  it('travel whole; one origin more, and their sketches do', () => {
    for (const [same, kinds] of [
      [10, ['vector', 'vector']],
      [11, ['sketch', 'difference']],
    ] as const) {
      const two = new Two({ wholeVectorOriginsMax: 10 });
      two.hear([two.a, two.b], 0, same);
      two.hear([two.a], 0, 1, 2);
      expect(two.compare()).toEqual(kinds);
      expect(two.wanted(two.b)).toEqual(ids(0, 1));
    }
  });

  it('and whole to a peer that does not know sketches, in parts of 1,024 origins', () => {
    const two = new Two({ wholeVectorOriginsMax: 10 }, false);
    two.hear([two.a], 0, 1_025);
    expect(two.compare()).toEqual(['vector', 'vector', 'vector']);
    const parts = two.said.slice(-2);
    expect(parts).toMatchObject([{ more: true, reply: false }, { reply: false }]);
    expect(parts.map((part) => part.kind === 'vector' && part.entries.length)).toEqual([1_024, 1]);
    expect(parts[1]).not.toHaveProperty('more');
    expect(two.wanted(two.b)).toHaveLength(1_024);
  });
});

describe('sketches', () => {
  function twoWith(same: number): Two {
    const two = new Two({ wholeVectorOriginsMax: 0 });
    two.hear([two.a, two.b], 0, same);
    return two;
  }

  it('tell each side what it lacks, however much is the same, and nothing else travels', () => {
    const two = twoWith(2_000);
    two.hear([two.a], 2_000, 2);
    two.hear([two.b], 3_000, 2);
    two.hear([two.b], 5, 1, 3);
    expect(two.compare()).toEqual(['sketch', 'difference', 'difference']);
    const entries = two.said
      .slice(-2)
      .flatMap((one) => (one.kind === 'difference' ? one.entries : []));
    expect(entries).toHaveLength(5);
    expect(two.wanted(two.a).sort()).toEqual([...ids(3_000, 2), ...ids(5, 1)].sort());
    expect(two.wanted(two.b).sort()).toEqual(ids(2_000, 2));
  });

  it('of equal vectors settle with two messages', () => {
    const two = twoWith(300);
    two.said.length = 0;
    two.link();
    expect(two.said.map(({ kind }) => kind).sort()).toEqual([
      'difference',
      'difference',
      'sketch',
      'sketch',
    ]);
    expect([two.a.coherence, two.b.coherence]).toEqual(['coherent', 'coherent']);
  });

  it('grow until they tell enough', () => {
    const two = twoWith(2_000);
    two.hear([two.a], 2_000, 60);
    two.hear([two.b], 3_000, 60);
    expect(two.compare().slice(0, 4)).toEqual([
      'sketch',
      'sketch-request',
      'sketch',
      'sketch-request',
    ]);
    expect(two.wanted(two.a)).toHaveLength(60);
    expect(two.wanted(two.b)).toHaveLength(60);
  });

  it('give way to the vector where most of it differs', () => {
    const two = new Two({ wholeVectorOriginsMax: 0 });
    two.hear([two.b], 0, 400);
    expect(two.compare()).toEqual(['sketch', 'sketch-request', 'vector']);
    expect(two.wanted(two.a)).toHaveLength(400);
  });

  it('for which a whole vector was asked are not followed by another for 2 s', () => {
    const two = new Two({ wholeVectorOriginsMax: 0 });
    two.hear([two.b], 0, 400);
    const whole = () => two.compare(1).includes('vector');
    const from = two.nowMs;
    two.compare(1);
    expect(whole()).toBe(true);
    for (let i = 0; i < 8; i++) expect(whole()).toBe(false);
    two.nowMs = from + 2_000;
    expect(Array.from({ length: 8 }, whole)).toContain(true);
  });

  it('of an origin that is remembered here and told of there find nothing to repair', () => {
    const two = new Two({ wholeVectorOriginsMax: 0, silentOriginMs: 1_000 });
    two.hear([two.a, two.b], 0, 5);
    two.nowMs = 1_000;
    two.a.handle({ kind: 'tick', random: 0 }, two.nowMs);
    expect(two.compare()).toEqual(['sketch', 'difference']);
    expect([...two.wanted(two.a), ...two.wanted(two.b)]).toEqual([]);
  });

  it('tell of a silent node’s own head to who links to it', () => {
    const two = new Two({ wholeVectorOriginsMax: 0, silentOriginMs: 1_000 });
    two.hear([two.a, two.b], 0, 3);
    two.b.handle({ kind: 'link-down', peer: two.a.self }, 0);
    two.a.handle({ kind: 'link-down', peer: two.b.self }, 0);
    const announcements = [run(originOf('a'), 1).announcements[0] as never];
    two.a.handle({ kind: 'publish', announcements }, 0);
    two.nowMs = 900;
    two.hear([two.a, two.b], 3, 3);
    two.nowMs = 1_500;
    two.a.handle({ kind: 'tick', random: 0 }, two.nowMs);
    two.link();
    expect(two.wanted(two.b)).toEqual([originId(two.a.self)]);
  });
});

describe('digests of different peers', () => {
  const peers = Array.from({ length: 8 }, (_, i) => originOf(`p${i}`));

  function joined(): MeshMachine {
    const machine = new MeshMachine(originOf('a'), ALIVE);
    for (const peer of peers) {
      machine.handle({ kind: 'link-up', peer }, 0);
      const message: MeshMessage = { kind: 'vector', entries: [], reply: false };
      machine.handle({ kind: 'message', from: peer, message }, 0);
    }
    return machine;
  }

  function beat(machine: MeshMachine, peer: Origin, hashLow: number, nowMs: number) {
    const message: MeshMessage = {
      kind: 'heartbeat',
      beat: 1,
      digest: { heads: [], hashLow, hashHigh: 0 },
    };
    return sent(machine.handle({ kind: 'message', from: peer, message }, nowMs), 'vector');
  }

  it('that disagree one after the other make vectors travel, but not more than every 500 ms', () => {
    const machine = joined();
    const begun = peers.map((peer, i) => beat(machine, peer, 1, i * 100).length);
    expect(begun).toEqual([0, 1, 0, 0, 0, 0, 1, 0]);
  });

  it('do not, where another agrees in between: what is on its way differs from few', () => {
    const machine = joined();
    const begun = peers.map((peer, i) => beat(machine, peer, i % 2, i * 1_000).length);
    expect(begun).toEqual(Array(8).fill(0));
  });
});

describe('a peer that sends nonsense', () => {
  const A = originOf('a');
  const X = originOf('x');
  const cell = { count: 1, key: 5, head: 5, check: 5 };
  const messages: MeshMessage[] = [
    { kind: 'sketch', cells: [cell], origins: 0 },
    { kind: 'sketch', cells: Array(4_096).fill(cell), origins: 2 ** 32 - 1 },
    { kind: 'sketch-request', cells: 4_096 },
    { kind: 'sketch-request', cells: 0 },
    { kind: 'difference', entries: [], wanted: Array.from({ length: 4_096 }, (_, i) => i) },
    { kind: 'vector', entries: [], reply: true },
  ];

  it.each(messages.map((message) => [message.kind, message] as const))(
    'is answered 16 times in a second and then ignored, and counted (%s)',
    (_, message) => {
      const machine = new MeshMachine(A, { ...ALIVE, wholeVectorOriginsMax: 0 });
      machine.handle({ kind: 'events', runs: [run(originOf('o'), 1)] }, 0);
      machine.handle({ kind: 'link-up', peer: X }, 0);
      const answers = (nowMs: number) =>
        machine.handle({ kind: 'message', from: X, message }, nowMs).length > 0;
      for (let i = 0; i < 16; i++) answers(i * 10);
      expect(machine.counters.comparisonsRefused).toBe(0);
      expect(answers(999)).toBe(false);
      expect(machine.counters.comparisonsRefused).toBe(1);
      answers(1_000);
      expect(machine.counters.comparisonsRefused).toBe(1);
    },
  );

  it('makes nothing missing, nothing lost and no node deaf', () => {
    const machine = new MeshMachine(A, { ...ALIVE, wholeVectorOriginsMax: 0 });
    for (const peer of [X, originOf('b')]) machine.handle({ kind: 'link-up', peer }, 0);
    for (const message of messages) machine.handle({ kind: 'message', from: X, message }, 0);
    const effects = machine.handle({ kind: 'tick', random: 0 }, 200);
    expect(effects.filter(({ kind }) => kind === 'open-gap')).toEqual([]);
    expect(sent(effects, 'pull')).toEqual([]);
    const heard = machine.handle({ kind: 'events', runs: [run(originOf('o'), 1)] }, 300);
    expect(heard).toMatchObject([{ kind: 'deliver' }]);
  });
});

describe('more origins than originsMax', () => {
  function full(): MeshMachine {
    const machine = new MeshMachine(originOf('a'), { ...ALIVE, originsMax: 4 });
    machine.handle({ kind: 'link-up', peer: originOf('p') }, 0);
    for (let i = 0; i < 6; i++)
      machine.handle({ kind: 'events', runs: [run(originAt(i), 1, 50)] }, 1_000 + i);
    return machine;
  }

  function vector(machine: MeshMachine, nowMs: number, ...entries: [number, silentMs: number][]) {
    const message: MeshMessage = {
      kind: 'vector',
      reply: false,
      entries: entries.map(([i, silentMs]) => ({
        origin: originAt(i),
        contiguous: 50 as never,
        above: [],
        silentMs,
      })),
    };
    return machine.handle({ kind: 'message', from: originOf('p'), message }, nowMs);
  }

  it('are counted, and who had to make room is not wanted back, but for one gap that covers all such', () => {
    const machine = full();
    expect(machine.counters.originsEvicted).toBe(2);
    // Heard of at 1,000 and 1,001, as those two were.
    const gaps = vector(machine, 2_000, [0, 1_000], [1, 999]).filter(
      ({ kind }) => kind === 'open-gap',
    );
    expect(gaps).toHaveLength(1);
    expect(vector(machine, 2_000, [0, 1_000], [1, 999])).toEqual([]);
    expect(sent(machine.handle({ kind: 'tick', random: 0 }, 2_200), 'pull')).toEqual([]);
  });

  it('do not keep out who was heard of later than any of them', () => {
    const machine = full();
    vector(machine, 2_000, [9, 0]);
    const [pull] = sent(machine.handle({ kind: 'tick', random: 0 }, 2_200), 'pull');
    expect(pull?.ranges.map(({ origin }) => origin)).toEqual([originAt(9)]);
  });
});
