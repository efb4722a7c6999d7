import type { Stream } from '@libp2p/interface';
import { describe, expect, test } from 'vitest';
import { SendQueue } from '../src/send-queue.js';

/** So much of a stream as a queue sees: it takes frames until it is told to stop. */
class PausingStream extends EventTarget {
  readonly writeStatus = 'writable';
  writableNeedsDrain = true;
  readonly sent: number[] = [];

  send(bytes: Uint8Array): void {
    this.sent.push(bytes.byteLength);
  }

  drain(): void {
    this.writableNeedsDrain = false;
    this.dispatchEvent(new Event('drain'));
  }
}

function queueOf(bytesMax: number) {
  const overflows: number[] = [];
  const queue: SendQueue = new SendQueue(bytesMax, () => overflows.push(queue.bytes));
  const stream = new PausingStream();
  queue.attach(stream as unknown as Stream);
  return { queue, stream, overflows };
}

/** With its length before it, a frame of 99 bytes takes 100. */
const frameOf = (bytes: number) => new Uint8Array(bytes - (bytes > 128 ? 2 : 1));

describe('what waits for a slow peer', () => {
  test('is kept up to the bound; one frame more throws all of it away and marks the link "needs sync"', () => {
    const { queue, stream, overflows } = queueOf(300);
    for (let i = 0; i < 3; i++) queue.send(frameOf(100));
    expect([queue.bytes, overflows]).toEqual([300, []]);
    queue.send(frameOf(100));
    expect([queue.bytes, overflows]).toEqual([0, [0]]);
    stream.drain();
    expect(stream.sent).toEqual([]);
    queue.send(frameOf(100));
    expect(stream.sent).toEqual([100]);
  });

  test('goes out in order when the peer drains', () => {
    const { queue, stream } = queueOf(300);
    for (const bytes of [50, 60, 70]) queue.send(frameOf(bytes));
    stream.drain();
    expect([stream.sent, queue.bytes]).toEqual([[50, 60, 70], 0]);
  });

  test('may be one frame longer than the bound: what repair answers must pass once', () => {
    const { queue, stream, overflows } = queueOf(300);
    queue.send(frameOf(5_000));
    expect([queue.bytes, overflows]).toEqual([5_000, []]);
    queue.send(frameOf(10));
    expect([queue.bytes, overflows]).toEqual([0, [0]]);
    stream.drain();
    queue.send(frameOf(5_000));
    expect(stream.sent).toEqual([5_000]);
  });
});
