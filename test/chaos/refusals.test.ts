import { describe, expect, test } from 'vitest';
import { ObservedWorld, S } from './observed-world.ts';

describe('the observer', () => {
  test('J: an error of Hearsay that no fault explains', () => {
    const world = new ObservedWorld();
    world.tell(world.first, { failures: { HEARSAY_STALE_REFUSED: 3, 'connect ECONNREFUSED': 2 } });
    expect(world.broken).toEqual([]);
    world.tell(world.first, { failures: { HEARSAY_TRANSACTION_OPEN: 1 } });
    expect(world.broken).toEqual(['J']);
    expect(Object.fromEntries(world.observer.failures)).toEqual({
      ...{ HEARSAY_STALE_REFUSED: 3, 'connect ECONNREFUSED': 2, HEARSAY_TRANSACTION_OPEN: 1 },
    });
  });

  describe('a strict read that is refused', () => {
    const INVOKED = 20 * S;
    const RESPONDED = 21 * S;

    function refused(
      disturbance?: readonly [node: string | undefined, beganUs: number, endedUs?: number],
      { wasReady = 0, waitedMs = 0 }: { wasReady?: 0 | 1; waitedMs?: number } = {},
    ): string[] {
      const world = new ObservedWorld();
      if (disturbance) {
        const [node, beganUs, endedUs] = disturbance;
        const end = world.observer.disturbances.begin(node, beganUs);
        if (endedUs !== undefined) end(endedUs);
      }
      world.tell(world.first, { refusals: [[INVOKED, RESPONDED, wasReady, waitedMs]] });
      expect(world.observer.checked.refused).toBe(1);
      return world.broken;
    }

    test.each([
      ['the log is out of reach', [undefined, 19 * S]],
      ['it went out of reach before the answer', [undefined, RESPONDED]],
      ['it came back a moment before', [undefined, 1 * S, INVOKED - 5 * S]],
      ['its own node was frozen', ['n1', 19 * S, 20 * S]],
    ] as const)('is right while %s', (_, disturbance) => {
      expect(refused(disturbance)).toEqual([]);
    });

    test.each([
      ['nothing was done', undefined],
      ['it was done afterwards', [undefined, RESPONDED + 1]],
      ['it was over long before', [undefined, 1 * S, INVOKED - 5 * S - 1]],
      ['another node was frozen', ['n2', 19 * S]],
    ] as const)('J: is wrong when %s', (_, disturbance) => {
      expect(refused(disturbance)).toEqual(['J']);
    });

    test('is no fault of a node that got no processor', () => {
      expect(refused(undefined, { waitedMs: 500 })).toEqual([]);
      expect(refused(undefined, { waitedMs: 499 })).toEqual(['J']);
    });

    test('H: by a node that said it was ready', () => {
      expect(refused([undefined, 19 * S], { wasReady: 1 })).toEqual(['H']);
    });
  });
});
