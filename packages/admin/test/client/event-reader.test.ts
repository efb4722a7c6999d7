import { describe, expect, test } from 'vitest';
import { AdminReplyInvalidError } from '../../src/client/errors.js';
import { readEvents } from '../../src/client/event-reader.js';
import type { StreamEvent } from '../../src/index.js';

async function* pieces(text: string, bytes: number): AsyncGenerator<Buffer> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes);
}

async function read(text: string, bytes = text.length) {
  const events: StreamEvent[] = [];
  for await (const event of readEvents(pieces(text, bytes))) events.push(event);
  return events;
}

const ONE = 'id: e-1\nevent: reset\ndata: {"scope":"ü: x","reason":"r"}\n\n';
const TWO = 'id: e-2\nevent: applied\ndata: {"scope":"a"}\n\n';

describe('the reader of events', () => {
  test('finds the same events however the bytes come', async () => {
    const whole = await read(`retry: 1000\n\n${ONE}${TWO}`);
    expect(whole).toEqual([
      { id: 'e-1', type: 'reset', data: { scope: 'ü: x', reason: 'r' } },
      { id: 'e-2', type: 'applied', data: { scope: 'a' } },
    ]);
    for (const bytes of [1, 2, 3, 7])
      expect(await read(`retry: 1000\n\n${ONE}${TWO}`, bytes)).toEqual(whole);
  });

  test('leaves out what has not come whole', async () => {
    expect(await read(`${ONE}${TWO.slice(0, -1)}`)).toHaveLength(1);
  });

  test('refuses a stream that is none: no JSON, or no end of an event', async () => {
    await expect(read('id: 1\nevent: reset\ndata: x\n\n')).rejects.toThrow(AdminReplyInvalidError);
    await expect(read('x'.repeat(262_145), 65_536)).rejects.toThrow(AdminReplyInvalidError);
    expect(await read('x'.repeat(262_144), 65_536)).toEqual([]);
  });
});
