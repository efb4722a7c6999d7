import { originId } from '@hearsay/spi';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MEMBERSHIP_DEFAULTS } from '../../src/membership/options.js';
import { namesOf, QUIET, SimulatedCluster } from './simulated-cluster.js';

/** More by hand: HEARSAY_MEMBERSHIP_RUNS=2000 */
const RUNS = Number(process.env['HEARSAY_MEMBERSHIP_RUNS'] ?? 200);
/** The longest suspicion, a round, and a table exchange on top for what gossip lost. */
const AGREED_WITHIN_MS = 30_000;

type Step =
  | { readonly kind: 'cut' | 'cut-one-way'; readonly node: number; readonly other: number }
  | { readonly kind: 'freeze' | 'thaw' | 'kill' | 'start' | 'leave'; readonly node: number }
  | { readonly kind: 'heal' }
  | { readonly kind: 'loss'; readonly share: number }
  | { readonly kind: 'run'; readonly ms: number };

const node = fc.nat(5);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('cut' as const, 'cut-one-way' as const),
      node,
      other: node,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'freeze' as const,
        'thaw' as const,
        'kill' as const,
        'start' as const,
        'start' as const,
        'leave' as const,
      ),
      node,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('heal' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('loss' as const),
      share: fc.constantFrom(0, 0.1, 0.4),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      ms: fc.integer({ min: 1, max: 12_000 }),
    }),
  },
);

const course = fc.record({
  seed: fc.integer(),
  nodes: fc.integer({ min: 2, max: 6 }),
  deadRememberedMs: fc.constantFrom(0, 3_000, 120_000),
  tombstonesMax: fc.constantFrom(0, 2, 4_096),
  steps: fc.array(step, { maxLength: 25 }),
});

function perform(cluster: SimulatedCluster, names: readonly string[], one: Step): void {
  const nameOf = (index: number) => names[index % names.length] ?? '';
  switch (one.kind) {
    case 'cut':
    case 'cut-one-way':
      if (nameOf(one.node) === nameOf(one.other)) return;
      cluster.cutOneWay(nameOf(one.node), nameOf(one.other));
      if (one.kind === 'cut') cluster.cutOneWay(nameOf(one.other), nameOf(one.node));
      return;
    case 'heal':
      cluster.heal();
      return;
    case 'loss':
      cluster.network = { ...QUIET, loss: one.share };
      return;
    case 'run':
      cluster.run(one.ms);
      return;
    case 'start':
      cluster.start(nameOf(one.node));
      return;
    case 'thaw':
      if (cluster.node(nameOf(one.node)).running) cluster.thaw(nameOf(one.node));
      return;
    default:
      if (cluster.node(nameOf(one.node)).isMember && cluster.members.length > 1)
        cluster[one.kind](nameOf(one.node));
  }
}

/** Every fault ends: nobody stands still, nothing is cut or lost. */
function mend(cluster: SimulatedCluster): void {
  cluster.heal();
  cluster.network = QUIET;
  for (const one of cluster.members) if (one.frozen) cluster.thaw(one.name);
}

describe('whatever happens in a simulated cluster', () => {
  it('views agree after the faults have ended, nobody returns from the dead, and all is bounded (E, F)', () => {
    fc.assert(
      fc.property(course, ({ seed, nodes, steps, ...options }) => {
        const cluster = new SimulatedCluster(seed, options);
        const names = namesOf(nodes);
        const incarnations = new Map<string, number>();
        for (const name of names) cluster.start(name);
        for (const one of steps) {
          perform(cluster, names, one);
          for (const { id, machine } of cluster.members) {
            // An incarnation never falls.
            expect(machine.local().incarnation).toBeGreaterThanOrEqual(incarnations.get(id) ?? 0);
            incarnations.set(id, machine.local().incarnation);
          }
        }
        mend(cluster);
        expect(cluster.runUntil(() => cluster.isCalm(), AGREED_WITHIN_MS)).toBeDefined();
        expectCalmToLast(cluster, options);
      }),
      { numRuns: RUNS },
    );
  });
});

function expectCalmToLast(
  cluster: SimulatedCluster,
  options: { readonly deadRememberedMs: number; readonly tombstonesMax: number },
): void {
  // Without tombstones old gossip may raise the dead for the time of one suspicion.
  if (options.tombstonesMax < 4_096) return;
  const sinceMs = cluster.nowMs;
  cluster.run(MEMBERSHIP_DEFAULTS.exchangeIntervalMs * 2);
  const living = new Set(cluster.members.map(({ id }) => id));
  for (const one of cluster.members) {
    const risen = one.changes.filter(
      ({ atMs, origin, state }) =>
        atMs > sinceMs && !living.has(originId(origin)) && state === 'alive',
    );
    expect(risen).toEqual([]);
    const sizes = one.machine.sizes();
    expect(sizes['suspicions']).toBe(0);
    expect(sizes['contests']).toBe(0);
    // Who is alone has nobody to tell.
    if (living.size > 1) expect(sizes['updates']).toBe(0);
    expect(sizes['relays']).toBe(0);
    expect(sizes['links']).toBe(living.size - 1);
  }
}
