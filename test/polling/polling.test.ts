import { expect, test } from 'vitest';
import { type ClusterOptions, PollingCluster } from './simulated-cluster.ts';
import type { Mutation } from './simulated-follower.ts';

const BOUNDS = { table: 1_000, 'auth.role': 2_500 };
const SEEDS = 20;
const WARM_MS = 5_000;

function cluster(change: Partial<ClusterOptions> = {}): PollingCluster {
  return new PollingCluster({ nodes: 8, seed: 1, bounds: BOUNDS, commitsPerSecond: 20, ...change });
}

/** Everything that can happen to nodes and database, at random moments. */
function trouble(world: PollingCluster, forMs: number): void {
  const { random, log, clock, scopes } = world;
  const faults: (() => void)[] = [
    () => world.crash(Math.floor(random.next() * world.followers.length)),
    () =>
      world.followers[Math.floor(random.next() * world.followers.length)]?.freeze(
        random.between(50, 3_000),
      ),
    () => log.restart(),
    () => {
      const scope = scopes[Math.floor(random.next() * scopes.length)];
      if (scope) log.failOver(scope, 1 + Math.floor(random.next() * 3));
    },
    () => {
      log.answerMsMax = 600;
      clock.schedule(random.between(500, 4_000), () => {
        log.answerMsMax = 6;
      });
    },
    () => {
      log.setReachable(false);
      clock.schedule(random.between(100, 2_000), () => log.setReachable(true));
    },
  ];
  for (let atMs = 0; atMs < forMs; atMs += random.between(100, 1_500))
    clock.schedule(atMs, faults[Math.floor(random.next() * faults.length)] ?? (() => {}));
}

test.each([
  ['bounds of 1 s and more', BOUNDS],
  ['eventual scopes only', { table: Infinity }],
])('100 nodes poll at most 5 times a second together and no read waits: %s (F6)', (_, bounds) => {
  const world = cluster({ nodes: 100, bounds, commitsPerSecond: 50 });
  world.clock.advance(WARM_MS);
  const waited = world.readsThatWait;
  expect(Math.max(...world.pollsPerSecond(20))).toBeLessThanOrEqual(5);
  expect(world.readsThatWait - waited).toBe(0);
  expect(world.violations).toEqual([]);
});

test('the same nodes poll a hundred times a second where they do not share', () => {
  const world = cluster({ nodes: 100, options: { shareMembersMin: 101 } });
  world.clock.advance(WARM_MS);
  expect(Math.min(...world.pollsPerSecond(5))).toBeGreaterThan(80);
});

test('a hundred nodes that were isolated poll fast, and do not all poll when they reconnect at once (M2)', () => {
  const world = cluster({ nodes: 100, commitsPerSecond: 0 });
  world.clock.advance(WARM_MS);
  for (const follower of world.followers) follower.hear('isolated');
  const [first = 0, second = 0] = world.pollsPerSecond(2);
  expect(Math.min(first, second)).toBeGreaterThan(300);
  for (const follower of world.followers) follower.hear('coherent');
  expect(Math.max(...world.pollsPerSecond(3))).toBeLessThanOrEqual(8);
});

test.each([4, 3])('%i nodes do not share: each polls for itself', (nodes) => {
  const world = cluster({ nodes });
  world.clock.advance(WARM_MS);
  expect(world.pollers).toEqual([]);
});

test('a poller that stands still costs the others a question each, and no read its bound (F6)', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = cluster({ seed });
    world.clock.advance(WARM_MS);
    const [poller = 0] = world.pollers;
    const waited = world.readsThatWait;
    world.followers[poller]?.freeze(4_000);
    world.clock.advance(3_900);
    expect(world.readsThatWait - waited, `seed ${seed}`).toBe(0);
  }
});

test('whatever happens, nothing is proven that is not applied, and it is proven again afterwards (B, J, F6)', () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = cluster({ seed, lossRate: 0.1, commitsPerSecond: 50 });
    trouble(world, 20_000);
    world.clock.advance(30_000);
    expect(world.violations, `seed ${seed}`).toEqual([]);
    for (const { origin, machine } of world.followers)
      for (const { scope, freshForMs } of machine.statuses(world.clock.monotonicMs()))
        expect(freshForMs, `seed ${seed}: ${scope} at ${origin.node}`).toBeLessThan(2_000);
  }
});

test.each<[string, Mutation]>([
  ['its poller answered from a read that began before the question', 'answers-old'],
  ['a proof counted from a moment after its question had left', 'asks-old'],
])('something is proven that is not applied, if %s (F6)', (_, mutation) => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const world = cluster({ seed, mutation, lossRate: 0.02 });
    world.clock.advance(10_000);
    if (world.violations.length > 0) return;
  }
  expect.unreachable(`no violation in ${SEEDS} seeds`);
});

test('the same seed gives the same run', () => {
  const run = () => {
    const world = cluster({ seed: 3 });
    trouble(world, 5_000);
    world.clock.advance(10_000);
    return world.log.polledMs;
  };
  expect(run()).toEqual(run());
});
