import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TimeOrder } from '../../src/mesh/time-order.js';

describe('TimeOrder', () => {
  it('holds numbers in the order of their time, those of one time in the order in which they came', () => {
    const step = fc.record({ number: fc.nat(40), timeMs: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const order = new TimeOrder();
        let model: { number: number; timeMs: number }[] = [];
        for (const { number, timeMs } of steps) {
          const isThere = model.some((one) => one.number === number);
          expect(order.has(number)).toBe(isThere);
          expect(order.delete(number)).toBe(isThere);
          model = model.filter((one) => one.number !== number);
          if (timeMs === 0) continue;
          order.add(number, timeMs);
          model = [...model, { number, timeMs }].sort((a, b) => a.timeMs - b.timeMs);
        }
        expect([...order]).toEqual(model.map(({ number }) => number));
        expect(order.size).toBe(model.length);
        expect([order.oldest, order.newest]).toEqual([model[0]?.number, model.at(-1)?.number]);
        for (const [i, { number, timeMs }] of model.entries()) {
          expect(order.timeOf(number)).toBe(timeMs);
          expect(order.olderThan(number)).toBe(model[i - 1]?.number);
        }
      }),
    );
  });

  it('may lose the one that was yielded last while it is walked', () => {
    const order = new TimeOrder();
    for (const number of [3, 1, 2]) order.add(number, 0);
    for (const number of order) order.delete(number);
    expect([order.size, order.oldest, order.newest]).toEqual([0, undefined, undefined]);
  });
});
