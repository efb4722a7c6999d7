import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DialPlaces, type GiveBack } from '../src/dial-places.js';

/** @returns the places that were given, in order, each as the number of its taker */
function takers(places: DialPlaces, count: number): { number: number; giveBack: GiveBack }[] {
  const given: { number: number; giveBack: GiveBack }[] = [];
  for (let number = 0; number < count; number++)
    void places.take().then((giveBack) => given.push({ number, giveBack }));
  return given;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('no more than the maximum are taken at once, and whoever waits gets one in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 0, max: 12 }),
      fc.infiniteStream(fc.nat()),
      async (max, count, dice) => {
        const given = takers(new DialPlaces(max), count);
        const held = new Set<number>();
        let seen = 0;
        for (;;) {
          await turn();
          for (; seen < given.length; seen++) held.add(seen);
          expect(held.size).toBe(Math.min(max, count - (seen - held.size)));
          const pick = [...held][(dice.next().value ?? 0) % Math.max(1, held.size)];
          if (pick === undefined) break;
          given[pick]?.giveBack();
          held.delete(pick);
        }
        expect(given.map(({ number }) => number)).toEqual([...given.keys()]);
        expect(given).toHaveLength(count);
      },
    ),
    { numRuns: 50 },
  );
});

test('a place that is given back twice is given back once', async () => {
  const places = new DialPlaces(1);
  const given = takers(places, 3);
  await turn();
  given[0]?.giveBack();
  given[0]?.giveBack();
  await turn();
  expect(given).toHaveLength(2);
});
