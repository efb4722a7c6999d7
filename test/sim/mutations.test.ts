import { expect, it } from 'vitest';
import { MUTATIONS } from './mutations.ts';
import { mutate } from './runs/mutate.ts';

const SEARCH = { first: 1, seeds: 40, plan: { nodes: 5, seconds: 36 }, jobs: 1 };

it('there are a dozen mechanisms to switch off, each of a name', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(12);
});

it.each(MUTATIONS.map(({ name }) => name))(
  'the oracle notices when %s is switched off',
  async (name) => {
    const found = await mutate([name], SEARCH, () => {});
    expect(found).toEqual([{ name, caught: true, seed: expect.any(Number) }]);
  },
  120_000,
);
