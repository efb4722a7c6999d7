import { expect, test } from 'vitest';
import { SimulatedCluster } from './cluster.ts';
import { MESH_MUTATIONS, MUTATIONS } from './mutations.ts';

const FAULTS = 12;
const SEEDS_MAX = 20;

test.each([
  ['with a version log', true],
  ['without one', false],
])('a cluster %s breaks no invariant, whatever happens to it', (_, logged) => {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const { oracle, trace } = new SimulatedCluster({
      nodes: 5,
      seed,
      faults: FAULTS,
      logged,
    }).run();
    expect(oracle.violations, `seed ${seed}: ${trace.join('; ')}`).toEqual([]);
    expect(oracle.reads).toBeGreaterThan(0);
  }
});

test.each(MUTATIONS)('the oracle notices %s', (mutation) => {
  const logged = !MESH_MUTATIONS.includes(mutation);
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const options = { nodes: 5, seed, faults: FAULTS, logged, mutation };
    if (new SimulatedCluster(options).run().oracle.violations.length > 0) return;
  }
  expect.unreachable(`no violation in ${SEEDS_MAX} seeds`);
});

test('the same seed gives the same run', () => {
  const run = () => {
    const result = new SimulatedCluster({ nodes: 5, seed: 7, faults: FAULTS, logged: true }).run();
    return [result.trace, result.convergenceMs, result.oracle.reads];
  };
  expect(run()).toEqual(run());
});
