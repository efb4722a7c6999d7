import { Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { deliverBothWays, hint, startNode, stopAll } from './node.js';

/** The length of a Noise frame is two bytes, a window update's header 12 and its seal 16. */
const LENGTH_BYTES = 2;
const WINDOW_UPDATE_BYTES = LENGTH_BYTES + 12 + 16;
const EVENTS = 200;

let writes: number[] = [];

beforeEach(() => {
  writes = [];
  const { write } = Socket.prototype;
  vi.spyOn(Socket.prototype, 'write').mockImplementation(function (this: Socket, chunk, ...rest) {
    writes.push(chunk.length);
    return Reflect.apply(write, this, [chunk, ...rest]);
  });
});

afterEach(async () => {
  await stopAll();
  vi.restoreAllMocks();
});

async function pair() {
  const a = await startNode('a', { medium: 'direct' });
  const b = await startNode('b', { medium: 'direct', peers: [a.address] });
  await deliverBothWays(a, b, 'first');
  writes = [];
  return { a, b };
}

/** One by one, so that each is a message of its own. */
async function tell({ a, b }: Awaited<ReturnType<typeof pair>>, keys: readonly string[]) {
  for (const key of keys) {
    await a.transport.publish([hint(key)]);
    await b.host.until(
      () => b.host.eventsOf(a.host.self).some(({ target }) => target.key === key),
      `b hears ${key}`,
    );
  }
}

test('a frame is one write, and is not answered by an update of its window', async () => {
  const nodes = await pair();
  await tell(
    nodes,
    Array.from({ length: EVENTS }, (_, at) => `key-${at}`),
  );
  const count = (bytes: number) => writes.filter((length) => length === bytes).length;
  expect(writes.length).toBeGreaterThanOrEqual(EVENTS);
  expect(count(LENGTH_BYTES)).toBe(0);
  expect(count(WINDOW_UPDATE_BYTES)).toBe(0);
});

test('far more than a window goes through a link', async () => {
  const nodes = await pair();
  const long = 'x'.repeat(900);
  const keys = Array.from({ length: 1_000 }, (_, at) => `${long}${at}`);
  for (let at = 0; at < keys.length; at += 100) {
    await nodes.a.transport.publish(keys.slice(at, at + 100).map(hint));
  }
  await tell(nodes, ['last']);
  expect(nodes.b.host.eventsOf(nodes.a.host.self)).toHaveLength(1 + keys.length + 1);
  expect(writes.filter((length) => length === WINDOW_UPDATE_BYTES).length).toBeGreaterThan(0);
});
