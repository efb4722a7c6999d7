import fc from 'fast-check';
import { describe, it } from 'vitest';
import { calmSteps, someOptions, stormySteps, World } from './world.js';

// A failure prints the seed and the shrunk steps that replay it.
describe('the freshness machine over a model log and a bad network', () => {
  it('drops all, proves what is applied, resets nothing of a sound log (A, B, I, J)', () => {
    fc.assert(
      fc.property(calmSteps, (steps) => {
        const world = new World(true, {});
        world.run(steps);
        world.settle();
        world.deliverAll();
        world.settle();
      }),
      { numRuns: 300 },
    );
  });

  it('stays sound through failovers, prunes, new logs, pauses (A, B, J, L1, L4, L8)', () => {
    fc.assert(
      fc.property(stormySteps, someOptions, (steps, options) => {
        const world = new World(false, options);
        world.run(steps);
        world.settle();
        world.deliverAll();
        world.settle();
      }),
      { numRuns: 500 },
    );
  });
});
