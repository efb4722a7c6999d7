import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenPromises, isWhole } from './cluster-oracle.js';
import { NO_FAULTS, type Sent, SimulatedCluster } from './simulated-cluster.js';

/** More by hand: HEARSAY_MESH_RUNS=5000 */
const RUNS = Number(process.env['HEARSAY_MESH_RUNS'] ?? 150);
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
/** A silent link 2 s, a new one 0.5 s, three pulls without an answer 3 s, and again for what they bring. */
const REPAIRED_WITHIN_MS = 20_000;

type Step =
  | { readonly kind: 'publish'; readonly node: number; readonly count: number }
  | { readonly kind: 'cut' | 'heal'; readonly node: number; readonly other: number }
  | { readonly kind: 'restart'; readonly node: number }
  | { readonly kind: 'kill'; readonly node: number }
  | { readonly kind: 'run'; readonly ms: number };

const node = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      node,
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'heal' as const),
      node,
      other: node,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'kill' as const), node }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ms: fc.integer({ min: 1, max: 4_000 }),
    }),
  },
);

const course = fc.record({
  seed: fc.integer(),
  nodes: fc.integer({ min: 2, max: 6 }),
  shared: fc.boolean(),
  journalEventsMax: fc.constantFrom(4, 32, 16_384),
  pullBytesMax: fc.constantFrom(1, 1_000, 262_144),
  wholeVectorOriginsMax: fc.constantFrom(0, 200),
  silentOriginMs: fc.constantFrom(3_000, 8_000, 600_000),
  faults: fc.record({
    loss: fc.constantFrom(0, 0.05, 0.4),
    duplication: fc.constantFrom(0, 0.2),
    delayMaxMs: fc.constantFrom(2, 50, 700),
  }),
  steps: fc.array(step, { minLength: 1, maxLength: 30 }),
});

type Course = typeof course extends fc.Arbitrary<infer T> ? T : never;

function take(cluster: SimulatedCluster, names: readonly string[], one: Step): void {
  const nameOf = (index: number) => names[index % names.length] as string;
  switch (one.kind) {
    case 'run':
      cluster.run(one.ms);
      return;
    case 'publish':
      if (cluster.node(nameOf(one.node)).alive) cluster.publish(nameOf(one.node), one.count);
      return;
    case 'restart':
      cluster.start(nameOf(one.node));
      return;
    case 'kill':
      cluster.kill(nameOf(one.node));
      return;
    default:
      cluster[one.kind](nameOf(one.node), nameOf(one.other));
  }
}

function play({ seed, nodes, shared, faults, steps, ...options }: Course): SimulatedCluster {
  const cluster = new SimulatedCluster(seed, { ...options, lostRememberedMs: 5_000 }, shared);
  const names = NAMES.slice(0, nodes);
  for (const name of names) cluster.start(name);
  cluster.faults = faults;
  for (const one of steps) take(cluster, names, one);
  cluster.faults = NO_FAULTS;
  cluster.healAll();
  return cluster;
}

describe('a cluster, once faults have ended', () => {
  it('has delivered or declared lost every event, invented none, and is coherent (F8, M1, J)', () => {
    fc.assert(
      fc.property(course, (one) => {
        const cluster = play(one);
        cluster.runUntil(() => isWhole(cluster), REPAIRED_WITHIN_MS);
        expect(brokenPromises(cluster)).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it('falls silent: nothing but heartbeats whose digests agree (M3)', () => {
    fc.assert(
      fc.property(course, (one) => {
        const cluster = play(one);
        cluster.run(REPAIRED_WITHIN_MS);
        const talk: Sent[] = [];
        cluster.onSend = (sent) => talk.push(sent);
        cluster.run(5_000);
        expect(new Set(talk.map(({ message }) => message.kind))).toEqual(
          cluster.alive.length > 1 ? new Set(['heartbeat', 'heartbeat-ack']) : new Set(),
        );
        const digests = talk.flatMap(({ message }) =>
          'digest' in message ? [`${message.digest.hashLow} ${message.digest.hashHigh}`] : [],
        );
        expect(new Set(digests).size).toBe(cluster.alive.length > 1 ? 1 : 0);
      }),
      { numRuns: RUNS },
    );
  });
});
