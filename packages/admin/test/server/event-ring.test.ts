import { describe, expect, test } from 'vitest';
import { EventRing } from '../../src/server/event-ring.js';

const EPOCH = '00000000000000aa';

function ringOf(size: number, count: number): EventRing {
  const ring = new EventRing(EPOCH, size);
  for (let i = 1; i <= count; i++) ring.push('reset', 'item', { scope: 'item', reason: `${i}` });
  return ring;
}

describe('the ring', () => {
  test('keeps its size and forgets the oldest first', () => {
    const ring = ringOf(4, 6);
    expect(ring.head).toBe(6);
    expect([1, 2, 3, 4, 5, 6, 7].map((number) => ring.at(number)?.number)).toEqual([
      ...[undefined, undefined, 3, 4, 5, 6, undefined],
    ]);
  });

  test('holds all after a number exactly while the next one is there', () => {
    const ring = ringOf(4, 6);
    expect([0, 1, 2, 3, 6, 7].map((number) => ring.holdsAllAfter(number))).toEqual([
      ...[false, false, true, true, true, false],
    ]);
    expect(ringOf(4, 0).holdsAllAfter(0)).toBe(true);
  });

  test('reads its own ids and no others', () => {
    const ring = ringOf(4, 6);
    expect(ring.numberOf(ring.idOf(6))).toBe(6);
    for (const id of [
      '',
      '6',
      '-6',
      `${EPOCH}-`,
      `${EPOCH}-x`,
      `${EPOCH}-1.5`,
      'bb-6',
      `${EPOCH}6`,
    ])
      expect(ring.numberOf(id)).toBeUndefined();
  });

  test('writes an event as one block with one line of data', () => {
    const ring = new EventRing(EPOCH, 4);
    ring.push('reset', undefined, { scope: null, reason: 'a\nb' });
    expect(ring.at(1)?.text()).toBe(
      `id: ${EPOCH}-1\nevent: reset\ndata: {"scope":null,"reason":"a\\nb"}\n\n`,
    );
  });
});
