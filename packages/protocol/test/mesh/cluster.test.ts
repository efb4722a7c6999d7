import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MeshOptions } from '../../src/mesh/options.js';
import { brokenPromises } from './cluster-oracle.js';
import { seeded } from './random.js';
import { SimulatedCluster } from './simulated-cluster.js';
import { originOf, run } from './words.js';

/** Simulated milliseconds: nothing here depends on the machine that runs it. */
const settled = (cluster: SimulatedCluster) =>
  cluster.runUntil(
    () => cluster.alive.every((node) => node.machine.coherence === 'coherent'),
    10_000,
  );

function clusterOf(
  names: readonly string[],
  seed = 1,
  options: Partial<MeshOptions> = {},
): SimulatedCluster {
  const cluster = new SimulatedCluster(seed, options);
  for (const name of names) cluster.start(name);
  expect(settled(cluster)).toBe(true);
  return cluster;
}

const gapsOf = (cluster: SimulatedCluster) =>
  cluster.alive.flatMap((node) => [...node.lost, ...node.lostBeforeMs]);

describe('a connected pair', () => {
  it('repairs a single lost broadcast within 1,000 ms, whenever it was lost', () => {
    fc.assert(
      fc.property(fc.integer(), fc.nat(1_000), (seed, idleMs) => {
        const cluster = clusterOf(['a', 'b'], seed);
        cluster.run(idleMs);
        cluster.drop = (sent) => sent.broadcast;
        cluster.publish('a');
        const b = cluster.node('b');
        const a = cluster.node('a').id;
        expect(cluster.runUntil(() => b.has(a, 1), 1_000)).toBe(true);
        expect(b.machine.counters.repaired).toBe(1);
        expect(gapsOf(cluster)).toEqual([]);
      }),
    );
  });

  it('delivers by the fast path alone when nothing is lost: no pull, no second copy', () => {
    const cluster = clusterOf(['a', 'b']);
    cluster.publish('a', 100);
    cluster.run(5_000);
    const { counters } = cluster.node('b').machine;
    expect(counters).toMatchObject({ delivered: 100, duplicates: 0, pullsSent: 0, gaps: 0 });
  });

  it('is equal within 1,000 ms of contact after each missed the other for 2 s, without a log', () => {
    const cutMs = fc.oneof(fc.constant(2_000), fc.integer({ min: 100, max: 6_000 }));
    const count = fc.integer({ min: 0, max: 300 });
    fc.assert(
      fc.property(fc.integer(), cutMs, count, count, (seed, ms, fromA, fromB) => {
        const cluster = clusterOf(['a', 'b'], seed);
        const [a, b] = [cluster.node('a'), cluster.node('b')];
        cluster.cut('a', 'b');
        cluster.publish('a', fromA);
        cluster.publish('b', fromB);
        cluster.run(ms);
        cluster.heal('a', 'b');
        const contact = () =>
          [a, b].every(
            ({ machine }) =>
              machine.coherence === 'coherent' || machine.coherence === 'catching-up',
          );
        expect(cluster.runUntil(contact, 5_000)).toBe(true);
        const equal = () =>
          (b.delivered.get(a.id)?.size ?? 0) === fromA &&
          (a.delivered.get(b.id)?.size ?? 0) === fromB;
        expect(cluster.runUntil(equal, 1_000)).toBe(true);
        expect(gapsOf(cluster)).toEqual([]);
      }),
    );
  });

  it('compares vectors at once when contact returns on a link that was never closed', () => {
    const cluster = new SimulatedCluster(1, { isolatedAfterMs: 900, linkSilentMs: 60_000 });
    for (const name of ['a', 'b']) cluster.start(name);
    settled(cluster);
    const [a, b] = [cluster.node('a'), cluster.node('b')];
    cluster.cut('a', 'b');
    cluster.publish('a', 3);
    cluster.run(3_000);
    expect(b.machine.coherence).toBe('isolated');
    const talk: string[] = [];
    cluster.onSend = ({ message }) => talk.push(message.kind);
    cluster.heal('a', 'b');
    expect(cluster.runUntil(() => b.machine.coherence !== 'isolated', 1_000)).toBe(true);
    expect(b.machine.coherence).toBe('catching-up');
    expect(cluster.runUntil(() => b.has(a.id, 3) && b.machine.coherence === 'coherent', 400)).toBe(
      true,
    );
    expect(talk).toContain('vector');
  });
});

describe('a cluster whose fast path loses any share of events', () => {
  it('delivers every event by repair and declares no gap', () => {
    const loss = fc.constantFrom(0.01, 0.3, 0.9, 1);
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 2, max: 6 }), loss, (seed, nodes, share) => {
        const names = ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, nodes);
        const cluster = clusterOf(names, seed);
        const random = seeded(seed);
        cluster.drop = (sent) => sent.broadcast && random() < share;
        for (let i = 0; i < 40; i++) {
          cluster.publish(
            names[Math.floor(random() * nodes)] as string,
            1 + Math.floor(random() * 9),
          );
          cluster.run(random() * 100);
        }
        cluster.run(3_000);
        expect(brokenPromises(cluster)).toEqual([]);
        expect(gapsOf(cluster)).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('brings the last event of an origin that died at once to all, if one peer heard it', () => {
    const cluster = clusterOf(['a', 'b', 'c', 'd']);
    const dead = cluster.node('a').id;
    cluster.drop = (sent) => sent.broadcast && sent.to.node !== 'b';
    cluster.publish('a', 2);
    cluster.run(5);
    cluster.kill('a');
    expect(cluster.runUntil(() => cluster.alive.every((node) => node.has(dead, 2)), 3_000)).toBe(
      true,
    );
    expect(gapsOf(cluster)).toEqual([]);
  });

  it('declares a gap where an event survives whose predecessor nobody holds (F8)', () => {
    const cluster = clusterOf(['a', 'b', 'c']);
    const dead = cluster.node('a').id;
    cluster.drop = (sent) => sent.broadcast;
    cluster.publish('a');
    cluster.drop = (sent) => sent.broadcast && sent.to.node !== 'b';
    cluster.publish('a');
    cluster.run(5);
    cluster.kill('a');
    cluster.drop = () => false;
    cluster.run(5_000);
    for (const name of ['b', 'c']) {
      expect(cluster.node(name).has(dead, 2)).toBe(true);
      expect(cluster.node(name).lost.map(({ from, to }) => [from, to])).toEqual([[1, 1]]);
      expect(cluster.node(name).machine.coherence).toBe('coherent');
    }
  });
});

describe('a node that returns with what nobody else has', () => {
  it('answers so many pulls between two ticks; the others get it from those who have it by then', () => {
    const names = Array.from({ length: 25 }, (_, i) => `n${i}`);
    const cluster = clusterOf(names, 1, { suppliedPullsMax: 1 });
    const [back, ...others] = names as [string, ...string[]];
    for (const other of others) cluster.cut(back, other);
    cluster.publish(back, 100);
    cluster.run(4_000);
    cluster.healAll();
    const answersAt = new Map<number, number>();
    const suppliers = new Set<string>();
    cluster.onSend = ({ from, message, broadcast }) => {
      if (message.kind !== 'events' || broadcast) return;
      suppliers.add(from.node);
      if (from.node !== back) return;
      const tick = Math.floor(cluster.nowMs / 100);
      answersAt.set(tick, (answersAt.get(tick) ?? 0) + 1);
    };
    const { id } = cluster.node(back);
    const isWhole = () => others.every((name) => cluster.node(name).has(id, 100));
    expect(cluster.runUntil(isWhole, 6_000)).toBe(true);
    expect(gapsOf(cluster)).toEqual([]);
    // One at once, and one when the tick comes.
    expect(Math.max(...answersAt.values())).toBeLessThanOrEqual(2);
    expect(suppliers.size).toBeGreaterThan(1);
  });
});

describe('a node that joins late', () => {
  it('takes the newest event of each origin, and the past as a gap', () => {
    const cluster = clusterOf(['a', 'b']);
    cluster.publish('a', 500);
    cluster.publish('b', 1);
    cluster.run(1_000);
    const c = cluster.start('c');
    expect(settled(cluster)).toBe(true);
    cluster.run(1_000);
    const [a, b] = [cluster.node('a').id, cluster.node('b').id];
    expect([...(c.delivered.get(a) ?? [])]).toEqual([500]);
    expect([...(c.delivered.get(b) ?? [])]).toEqual([1]);
    expect(c.lost.map(({ from, to }) => [from, to])).toEqual([[1, 499]]);
  });

  it('among peers that know many origins fetches one whole vector, and compares with the others by sketches', () => {
    const cluster = clusterOf(['a', 'b', 'c', 'd']);
    const origins = Array.from({ length: 2_000 }, (_, i) => originOf(`o${i}`));
    for (const node of cluster.alive)
      for (const origin of origins)
        cluster.handle(node, { kind: 'events', runs: [run(origin, 1)] });
    cluster.run(3_000);
    let told = 0;
    cluster.onSend = ({ message }) => {
      if (message.kind === 'vector') told += message.entries.length;
    };
    const late = cluster.start('late');
    const isWhole = () =>
      late.delivered.size === origins.length && late.machine.coherence === 'coherent';
    expect(cluster.runUntil(isWhole, 5_000)).toBe(true);
    expect(told).toBe(origins.length);
    cluster.run(3_000);
    const digests = cluster.alive.map(({ machine }) => machine.digest(cluster.nowMs).hashLow);
    expect(new Set(digests).size).toBe(1);
    expect(told).toBe(origins.length);
  });

  it('pulls what it missed later, and declares nothing', () => {
    const cluster = clusterOf(['a', 'b']);
    cluster.publish('a', 10);
    cluster.run(1_000);
    const c = cluster.start('c');
    settled(cluster);
    cluster.run(1_000);
    const before = c.lost.length;
    cluster.cut('a', 'c');
    cluster.cut('b', 'c');
    cluster.publish('a', 50);
    cluster.run(4_000);
    cluster.healAll();
    cluster.run(5_000);
    for (let s = 11; s <= 60; s++) expect(c.has(cluster.node('a').id, s)).toBe(true);
    expect(c.lost).toHaveLength(before);
  });
});

describe('an origin that died', () => {
  const G_MS = 8_000;

  it('is not handed on by nodes that join one after the other: all let go of it once (M3)', () => {
    const cluster = new SimulatedCluster(1, { silentOriginMs: G_MS });
    for (const name of ['a', 'b', 'c']) cluster.start(name);
    cluster.run(2_000);
    cluster.publish('a', 20);
    const dead = cluster.node('a').id;
    cluster.run(500);
    cluster.kill('a');
    for (const name of ['d', 'e', 'f', 'g']) {
      cluster.run(0.7 * G_MS);
      cluster.start(name);
    }
    cluster.run(2 * G_MS);
    expect(cluster.node('d').has(dead, 20)).toBe(true);
    for (const name of ['e', 'f', 'g']) expect(cluster.node(name).delivered.has(dead)).toBe(false);
    expect(cluster.alive.map(({ redelivered }) => redelivered)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const name of ['b', 'c']) expect(cluster.node(name).lost).toEqual([]);
  });

  it('leaves no vectors on the way for the time in which some still tell of it and others do not', () => {
    const cluster = new SimulatedCluster(1, { silentOriginMs: G_MS });
    for (const name of ['a', 'b', 'c', 'd']) cluster.start(name);
    cluster.run(2_000);
    for (const name of ['a', 'b', 'c']) cluster.cut('d', name);
    cluster.publish('a', 3);
    cluster.run(500);
    cluster.kill('a');
    cluster.run(0.6 * G_MS);
    cluster.healAll();
    cluster.run(0.3 * G_MS);
    expect(cluster.node('d').has(cluster.nodes.get('a')?.id as string, 3)).toBe(true);
    const talk = new Set<string>();
    cluster.onSend = ({ message }) => talk.add(message.kind);
    cluster.run(3 * G_MS);
    expect(talk).toEqual(new Set(['heartbeat', 'heartbeat-ack']));
  });
});

describe('two groups that were apart for longer than silent origins are told of (M3, F8)', () => {
  const G_MS = 8_000;
  const [ONE, OTHER] = [
    ['a', 'b', 'c'],
    ['x', 'y'],
  ] as const;

  /** c publishes and dies while they are apart; then nobody of its group is left who saw the others. */
  function apartFor(ms: number): { cluster: SimulatedCluster; dead: string } {
    const cluster = clusterOf([...ONE, ...OTHER], 1, { silentOriginMs: G_MS });
    for (const one of [...ONE, 'd']) for (const other of OTHER) cluster.cut(one, other);
    cluster.run(3_000);
    cluster.publish('c');
    const dead = cluster.node('c').id;
    cluster.run(1_000);
    cluster.kill('c');
    cluster.start('d');
    cluster.run(1_000);
    for (const name of ['a', 'b']) cluster.kill(name);
    cluster.run(ms);
    cluster.healAll();
    cluster.run(5_000);
    return { cluster, dead };
  }

  it('repair what is still told of, by whoever is left', () => {
    const { cluster, dead } = apartFor(0);
    for (const name of OTHER) {
      expect(cluster.node(name).has(dead, 1)).toBe(true);
      expect(cluster.node(name).lostBeforeMs).toEqual([]);
    }
  });

  it.each([G_MS, 3 * G_MS])(
    'after %i ms take what is not for a gap of unknown extent, one each',
    (ms) => {
      const { cluster, dead } = apartFor(ms);
      for (const name of OTHER) {
        expect(cluster.node(name).has(dead, 1)).toBe(false);
        expect(cluster.node(name).lostBeforeMs).toHaveLength(1);
        expect(cluster.node(name).machine.coherence).toBe('coherent');
      }
      // Nothing was silent on their side.
      expect(cluster.node('d').lostBeforeMs).toEqual([]);
    },
  );

  it('do not, where nothing was published meanwhile', () => {
    const cluster = clusterOf(['a', 'b', 'x', 'y'], 1, {
      silentOriginMs: G_MS,
      journalEventsMax: 2,
    });
    cluster.publish('a', 5);
    cluster.run(1_000);
    for (const one of ['a', 'b']) for (const other of OTHER) cluster.cut(one, other);
    cluster.run(4 * G_MS);
    cluster.healAll();
    cluster.run(5_000);
    expect(gapsOf(cluster)).toEqual([]);
    expect(cluster.alive.every(({ machine }) => machine.coherence === 'coherent')).toBe(true);
  });
});
