import { describe, expect, test } from 'vitest';
import { type Compared, compareTimes, compareTraffic } from './validation.ts';

/** Of the figures of the machines, which come from some 200 deliveries. */
const TOLERANCE = 0.15;

function expectAlike({ machines, model }: Compared): void {
  expect(machines.deliveries).toBeGreaterThan(100);
  for (const figure of ['meanMs', 'p50Ms', 'p90Ms'] as const)
    expect(Math.abs(model[figure] / machines[figure] - 1), figure).toBeLessThan(TOLERANCE);
}

/** Seeded and in simulated time: the same figures on every machine. */
describe(`times of the model are those of the production machines, to ${100 * TOLERANCE} %`, () => {
  const cluster = { nodes: 24, linkMs: 50 };

  test('where nine of ten copies of an event are lost: it spreads by repair (M3)', () => {
    expectAlike(compareTimes({ ...cluster, spreadLoss: 0.9, loss: 0 }, 10, 200));
  });

  test('where three of ten are lost: repair alone (M3)', () => {
    expectAlike(compareTimes({ ...cluster, spreadLoss: 0.3, loss: 0 }, 20, 400));
  });
});

describe('traffic of the model is that of the production machines', () => {
  const cluster = { nodes: 16, linkMs: 50, spreadLoss: 0.1, loss: 0 };

  test.each([
    ['whole vectors', 0],
    ['sketches', 250],
  ])('where %s are compared, under 50 events a second', (_, origins) => {
    const { machines, model } = compareTraffic(cluster, origins, 50, 10);
    for (const [kind, messages] of machines)
      expect(Math.abs((model.get(kind) ?? 0) - messages), kind).toBeLessThan(
        0.1 + 2 * TOLERANCE * messages,
      );
  });
});
