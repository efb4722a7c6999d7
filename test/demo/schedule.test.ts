import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from './random.ts';
import { planFaults } from './schedule.ts';

test('one node is killed, another is cut off for longer than the 3 s of detection, all before the end', () => {
  const inputs = [fc.integer({ min: 3, max: 10 }), fc.integer({ min: 8, max: 600 }), fc.nat()];
  fc.assert(
    fc.property(
      ...(inputs as [fc.Arbitrary<number>, fc.Arbitrary<number>, fc.Arbitrary<number>]),
      (nodes, seconds, seed) => {
        const plan = planFaults(nodes, seconds, seededRandom(seed));
        expect(plan.killedNode).not.toBe(plan.cutNode);
        for (const node of [plan.killedNode, plan.cutNode]) {
          expect(node).toBeGreaterThanOrEqual(0);
          expect(node).toBeLessThan(nodes);
        }
        expect(plan.restartMs - plan.killMs).toBe(2_000);
        expect(plan.healMs - plan.cutMs).toBeGreaterThanOrEqual(seconds >= 10 ? 4_000 : 3_500);
        expect(plan.killMs).toBeLessThan(plan.cutMs);
        expect(plan.restartMs).toBeLessThan(plan.healMs);
        expect(plan.healMs).toBeLessThan(plan.endMs);
      },
    ),
  );
});

test('the same seed plans the same faults', () => {
  const plan = (seed: number) => planFaults(5, 20, seededRandom(seed));
  expect(plan(7)).toEqual(plan(7));
  const killed = new Set([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => plan(seed).killedNode));
  expect(killed.size).toBeGreaterThan(1);
});
