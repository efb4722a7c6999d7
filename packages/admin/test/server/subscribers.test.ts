import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SimulatedClock } from '@hearsay/testkit';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AdminNode } from '../../src/index.js';
import { EventRing } from '../../src/server/event-ring.js';
import { type CutReason, Subscribers } from '../../src/server/subscribers.js';
import { atCleanUp, cleanUp } from '../node.js';

const EVENTS_KEPT = 10_000;
const HEARTBEAT_MS = 5_000;
const SOCKET_BYTES = 16_384;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout', 'clearTimeout'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await cleanUp();
});

/** Subscribers of a node of which no more is needed than its clock and what a heartbeat tells. */
function subscribers(onCut: (reason: CutReason) => void = () => undefined) {
  const clock = new SimulatedClock();
  const state = () => ({ coherence: 'coherent', readiness: { ready: true, reasons: [] } });
  const ring = new EventRing('00000000000000aa', EVENTS_KEPT);
  const all = new Subscribers({ clock, state } as unknown as AdminNode, ring, onCut);
  atCleanUp(() => all.close());
  return { clock, ring, all };
}

/** Both ends of one HTTP exchange. */
async function exchange(): Promise<{ response: ServerResponse; client: IncomingMessage }> {
  const server = createServer({ highWaterMark: SOCKET_BYTES });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  atCleanUp(() => {
    server.closeAllConnections();
    server.close();
  });
  const sent = get(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { agent: false });
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  response.writeHead(200);
  response.flushHeaders();
  const [client] = (await once(sent, 'response')) as [IncomingMessage];
  return { response, client: client.on('error', () => undefined) };
}

function push(ring: EventRing, count: number, keyChars = 8): void {
  for (let i = 0; i < count; i++)
    ring.push('invalidate', 'item', {
      ...{ scope: 'item', kind: 'key', key: 'k'.repeat(keyChars), via: 'log' },
      ...{ from: null, version: null, atMs: 0 },
    });
}

async function textUntil(client: IncomingMessage, wanted: string): Promise<string> {
  let text = '';
  for await (const chunk of client) {
    text += chunk;
    if (text.includes(wanted)) break;
  }
  return text;
}

describe('a subscriber', () => {
  test('that takes nothing for 15 s is cut with that reason, whoever reads goes on', async () => {
    const cuts: CutReason[] = [];
    const { clock, ring, all } = subscribers((reason) => cuts.push(reason));
    const [stuck, reader] = [await exchange(), await exchange()];
    all.add(stuck.response, undefined, undefined);
    all.add(reader.response, undefined, undefined);
    push(ring, EVENTS_KEPT - 1, 1_000);
    all.wake();
    stuck.client.pause();
    await textUntil(reader.client.pause().resume(), `id: ${ring.idOf(ring.head)}\n`);
    expect(stuck.response.writableNeedDrain).toBe(true);
    expect(stuck.response.writableLength).toBeLessThan(3 * SOCKET_BYTES);

    clock.advance(15_000);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    expect(cuts).toEqual([]);
    clock.advance(1);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    expect(cuts).toEqual(['blocked']);
    expect(all.counters).toMatchObject({ blocked: 1, overtaken: 0 });
    expect(stuck.response.destroyed).toBe(true);
    expect(all.size).toBe(1);
  });

  test('that hears of its own scopes only is told by heartbeats how far it has come', async () => {
    const { ring, all } = subscribers();
    const { response, client } = await exchange();
    all.add(response, new Set(['other']), undefined);
    push(ring, 3);
    all.wake();
    await new Promise(setImmediate);
    vi.advanceTimersByTime(HEARTBEAT_MS);
    const text = await textUntil(client, `${ring.idOf(3)}\nevent: heartbeat`);
    expect(text).not.toContain('invalidate');
    expect(text.match(/^(?:id|event): .*$/gm)).toEqual([
      ...[`id: ${ring.idOf(0)}`, 'event: reset', `id: ${ring.idOf(0)}`, 'event: heartbeat'],
      ...[`id: ${ring.idOf(3)}`, 'event: heartbeat'],
    ]);
  });
});

test('when a round of writes takes long, the loop has four times as long before the next one', async () => {
  const { clock, ring, all } = subscribers();
  const { response } = await exchange();
  let writes = 0;
  const write = response.write.bind(response) as (text: string) => boolean;
  response.write = ((text: string) => {
    writes++;
    clock.advance(5);
    return write(text);
  }) as never;
  all.add(response, undefined, undefined);
  const begun = writes;
  push(ring, 1);
  all.wake();
  await new Promise(setImmediate);
  expect(writes - begun).toBe(1);
  push(ring, 1);
  all.wake();
  await new Promise(setImmediate);
  vi.advanceTimersByTime(19);
  expect(writes - begun).toBe(1);
  vi.advanceTimersByTime(1);
  expect(writes - begun).toBe(2);
});
