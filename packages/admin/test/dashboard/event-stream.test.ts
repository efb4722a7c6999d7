import { expect, test } from 'vitest';
import { followEvents } from '../../dashboard/event-stream.js';
import type { StreamEvent } from '../../src/index.js';

const encoder = new TextEncoder();

/** A stream that brings these pieces and ends. */
function bodyOf(...pieces: readonly (string | Uint8Array<ArrayBuffer>)[]) {
  return new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      controller.close();
    },
  });
}

const eventText = (number: number, scope: string) =>
  `id: aa-${number}\nevent: applied\ndata: ${JSON.stringify({ scope, appliedThrough: number, via: 'log' })}\n\n`;

test('events are read whatever pieces they come in, and a lost stream is resumed where it stopped', async () => {
  const bytes = encoder.encode(eventText(2, 'ärger'));
  const cut = bytes.indexOf(0xc3) + 1;
  const bodies = [
    bodyOf('retry: 1000\n', '\n', eventText(1, 'item').slice(0, 9), eventText(1, 'item').slice(9)),
    bodyOf(bytes.slice(0, cut), bytes.slice(cut)),
  ];
  const asked: string[] = [];
  const seen: StreamEvent[] = [];
  const lost: unknown[] = [];
  const ending = new AbortController();
  await followEvents(
    async (lastId) => {
      asked.push(lastId);
      const body = bodies.shift();
      if (body) return body;
      ending.abort();
      throw new Error('over');
    },
    { event: (event) => seen.push(event), lost: (error) => lost.push(error) },
    ending.signal,
  );
  expect(asked).toEqual(['', 'aa-1', 'aa-2']);
  expect(seen).toMatchObject([
    { type: 'applied', id: 'aa-1', data: { scope: 'item' } },
    { type: 'applied', id: 'aa-2', data: { scope: 'ärger' } },
  ]);
  expect(lost).toHaveLength(2);
});
