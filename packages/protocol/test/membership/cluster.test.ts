import { originId } from '@hearsay/spi';
import { describe, expect, it } from 'vitest';
import { formed, namesOf, QUIET, SimulatedCluster, wronglyBuried } from './simulated-cluster.js';

/** More by hand: HEARSAY_MEMBERSHIP_SEEDS=200 */
const SEEDS = Number(process.env['HEARSAY_MEMBERSHIP_SEEDS'] ?? 20);

/** Calls with each seed; a failure names it. */
function eachSeed(seeds: number, check: (seed: number) => void): void {
  for (let seed = 1; seed <= Math.max(1, Math.ceil(seeds)); seed++) {
    try {
      check(seed);
    } catch (error) {
      throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0;
}

/** @returns simulated milliseconds; infinite when it did not come about */
function took(cluster: SimulatedCluster, condition: () => boolean, withinMs = 20_000): number {
  return cluster.runUntil(condition, withinMs) ?? Number.POSITIVE_INFINITY;
}

/** Until every running node knows. */
function killedKnownMs(cluster: SimulatedCluster, name: string): number {
  const { origin } = cluster.node(name);
  cluster.kill(name);
  return took(cluster, () =>
    cluster.members.every((node) => node.machine.stateOf(origin) === 'dead'),
  );
}

function expectNobodyBuried(cluster: SimulatedCluster, sinceMs: number): void {
  expect(wronglyBuried(cluster, sinceMs)).toEqual([]);
}

describe('a simulated cluster', () => {
  it.each([
    [3, 5_000],
    [10, 5_000],
    [30, 20_000],
  ])('of %i nodes started together is one view within %i ms', (count, withinMs) => {
    eachSeed((SEEDS * 10) / count, (seed) => {
      const cluster = new SimulatedCluster(seed);
      cluster.network = { ...QUIET, delayMaxMs: 10, dialMaxMs: 40 * count };
      for (const name of namesOf(count)) cluster.start(name);
      expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(withinMs);
    });
  });

  it('forms when each node knows only the one before it', () => {
    eachSeed(SEEDS / 4, (seed) => {
      const cluster = new SimulatedCluster(seed);
      const names = namesOf(12);
      cluster.discovery = false;
      for (const [i, name] of names.entries()) {
        cluster.start(name);
        if (i > 0) cluster.introduce(name, names[i - 1] ?? '');
      }
      expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(10_000);
    });
  });

  it.each([2, 3, 5, 30])('of %i nodes knows of a killed process within 3 s, p99', (count) => {
    const times: number[] = [];
    eachSeed(SEEDS / Math.min(10, count), (seed) => {
      const cluster = formed(seed, count);
      for (const name of namesOf(count).slice(0, 10)) {
        times.push(killedKnownMs(cluster, name));
        cluster.start(name);
        cluster.run(4_000);
      }
    });
    expect(p99(times)).toBeLessThanOrEqual(3_000);
  });

  it('knows of several processes killed at once within 3 s', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 7);
      const victims = namesOf(7).slice(0, 1 + (seed % 6));
      const origins = victims.map((name) => cluster.node(name).origin);
      for (const name of victims) cluster.kill(name);
      const known = () =>
        cluster.members.every(({ machine }) =>
          origins.every((origin) => machine.stateOf(origin) === 'dead'),
        );
      expect(took(cluster, known)).toBeLessThanOrEqual(3_000);
    });
  });

  it.each([3, 5, 30])(
    'of %i nodes suspects who is cut off without a notice within 3 s',
    (count) => {
      eachSeed((SEEDS * 3) / count, (seed) => {
        const cluster = formed(seed, count);
        const names = namesOf(count);
        cluster.split([names[0] ?? ''], names.slice(1));
        const { origin } = cluster.node('n00');
        const isSuspect = () =>
          cluster.members.some(({ machine }) => machine.stateOf(origin) === 'suspect');
        expect(took(cluster, isSuspect)).toBeLessThanOrEqual(3_000);
      });
    },
  );

  it.each([3, 5, 10])(
    'of %i nodes buries nobody whose event loop is blocked for 2 s, 20 times',
    (count) => {
      eachSeed(SEEDS / 5, (seed) => {
        const cluster = formed(seed, count);
        const sinceMs = cluster.nowMs;
        for (let i = 0; i < 20; i++) {
          const name = `n0${i % count}`;
          cluster.freeze(name);
          cluster.run(2_000);
          cluster.thaw(name);
          cluster.run(500 * (i % 8));
        }
        expectNobodyBuried(cluster, sinceMs);
        expect(took(cluster, () => cluster.isCalm())).toBeLessThanOrEqual(10_000);
      });
    },
  );

  it('buries nobody when two processes are blocked at the same time', () => {
    eachSeed(SEEDS, (seed) => {
      const cluster = formed(seed, 5);
      const sinceMs = cluster.nowMs;
      for (const name of ['n00', 'n01']) cluster.freeze(name);
      cluster.run(2_000);
      for (const name of ['n00', 'n01']) cluster.thaw(name);
      cluster.run(15_000);
      expectNobodyBuried(cluster, sinceMs);
    });
  });

  it.each([3, 5, 10, 30])(
    'of %i nodes buries nobody when a tenth of the messages is lost',
    (count) => {
      eachSeed((SEEDS * 3) / count, (seed) => {
        const cluster = formed(seed, count);
        const sinceMs = cluster.nowMs;
        cluster.network = { ...QUIET, loss: 0.1 };
        cluster.run(60_000);
        expectNobodyBuried(cluster, sinceMs);
      });
    },
  );

  it.each([
    [150, 3_000],
    [400, 10_000],
  ])(
    'whose event loops all lag by up to %i ms knows a killed process, and buries nobody else',
    (lagMs, withinMs) => {
      eachSeed(SEEDS / 2, (seed) => {
        const cluster = formed(seed, 10);
        const sinceMs = cluster.nowMs;
        cluster.network = { ...QUIET, timerLateMaxMs: lagMs, delayMaxMs: lagMs };
        cluster.run(20_000);
        expectNobodyBuried(cluster, sinceMs);
        expect(killedKnownMs(cluster, 'n03')).toBeLessThanOrEqual(withinMs);
        expectNobodyBuried(cluster, sinceMs);
      });
    },
  );

  it.each([
    ['one way', 3],
    ['one way', 5],
    ['both ways', 3],
    ['both ways', 5],
  ])('buries nobody when two nodes are cut %s and %i are there', (how, count) => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, count);
      const sinceMs = cluster.nowMs;
      cluster.cutOneWay('n00', 'n02');
      if (how === 'both ways') cluster.cutOneWay('n02', 'n00');
      cluster.run(60_000);
      expectNobodyBuried(cluster, sinceMs);
      expect(cluster.agrees()).toBe(true);
    });
  });

  it.each([10_000, 60_000, 200_000])(
    'split 3 : 2 for %i ms agrees 5 s after it is healed (E)',
    (forMs) => {
      eachSeed(SEEDS / 2, (seed) => {
        const cluster = formed(seed, 5);
        cluster.split(['n00', 'n01', 'n02'], ['n03', 'n04']);
        cluster.run(forMs);
        cluster.heal();
        expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(5_000);
      });
    },
  );

  it('finds together again without discovery, as long as the dead are remembered', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 5);
      cluster.discovery = false;
      cluster.split(['n00', 'n01', 'n02'], ['n03', 'n04']);
      cluster.run(60_000);
      expect(cluster.node('n00').view).toHaveLength(3);
      cluster.heal();
      expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(5_000);
    });
  });

  it.each([30_000, 200_000])(
    'takes a process that was stopped for %i ms back within 5 s',
    (forMs) => {
      eachSeed(SEEDS / 2, (seed) => {
        const cluster = formed(seed, 5);
        const sinceMs = cluster.nowMs;
        cluster.freeze('n02');
        cluster.run(forMs);
        expect(cluster.node('n00').view).toHaveLength(4);
        cluster.thaw('n02');
        expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(5_000);
        // The one that stood still accused nobody to death.
        const buried = wronglyBuried(cluster, sinceMs).filter((line) => line.startsWith('n02'));
        expect(buried).toEqual([]);
      });
    },
  );

  it.each([0, 1_000, 5_000])(
    'sees a restart under the same name %i ms after the kill within 2 s',
    (pauseMs) => {
      eachSeed(SEEDS / 2, (seed) => {
        const cluster = formed(seed, 5);
        const before = cluster.node('n01').origin;
        cluster.kill('n01');
        cluster.run(pauseMs);
        const { origin } = cluster.start('n01');
        const isSeen = () =>
          cluster.members.every(({ machine }) => machine.stateOf(origin) === 'alive');
        expect(took(cluster, isSeen)).toBeLessThanOrEqual(2_000);
        const isReplaced = () =>
          cluster.members.every(({ machine }) => machine.stateOf(before) !== 'alive');
        expect(took(cluster, isReplaced)).toBeLessThanOrEqual(2_000);
        expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(3_000);
        expect(cluster.lives.flatMap((life) => life.conflicts)).toEqual([]);
      });
    },
  );

  it('replaces a life whose host vanished as soon as its links are dropped', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 5);
      const before = cluster.vanish('n01');
      cluster.run(1_000);
      cluster.start('n01');
      expect(took(cluster, () => cluster.agrees())).toBeLessThanOrEqual(4_000);
      const reasons = cluster.members.flatMap(({ changes }) =>
        changes.filter(({ origin }) => originId(origin) === before.id).map(({ reason }) => reason),
      );
      expect(reasons).toContain('replaced');
    });
  });

  it('reports two live processes of one name, and keeps both (S5, M4)', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 4);
      const sinceMs = cluster.nowMs;
      cluster.startTwin('n01');
      cluster.run(10_000);
      expect(cluster.agrees()).toBe(true);
      expectNobodyBuried(cluster, sinceMs);
      for (const node of cluster.members) expect(node.conflicts).toEqual(['n01: 2']);
    });
  });

  it('knows at once of a leave, without a suspicion, and for good', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 5);
      const { origin, id } = cluster.node('n03');
      cluster.leave('n03');
      const isKnown = () =>
        cluster.members.every(({ machine }) => machine.stateOf(origin) === 'left');
      expect(took(cluster, isKnown)).toBeLessThanOrEqual(100);
      cluster.run(10_000);
      for (const node of cluster.members)
        expect(
          node.changes.filter((change) => originId(change.origin) === id).map(({ state }) => state),
        ).toEqual(['alive', 'left']);
    });
  });

  it('shows everyone metadata that was changed live', () => {
    eachSeed(SEEDS / 2, (seed) => {
      const cluster = formed(seed, 10);
      const node = cluster.node('n04');
      cluster.handle(node, { kind: 'update-self', metadata: { zone: 'b' } });
      const isShown = () =>
        cluster.members.every(({ machine }) =>
          machine.members().some(({ metadata }) => metadata['zone'] === 'b'),
        );
      expect(took(cluster, isShown)).toBeLessThanOrEqual(100);
    });
  });

  it('costs each node a bounded number of messages a second when nothing happens', () => {
    const cluster = formed(1, 30);
    const before = cluster.messages;
    cluster.run(20_000);
    // 16 pings, as many acknowledgements, and a table now and then.
    expect((cluster.messages - before) / 20 / 30).toBeLessThanOrEqual(33);
  });
});
