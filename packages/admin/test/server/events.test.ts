import type { Hearsay } from '@hearsay/embed';
import { afterEach, describe, expect, test } from 'vitest';
import { ADMIN_LIMITS, EVENT_SHAPES, type StreamEvent } from '../../src/index.js';
import {
  addressOf,
  call,
  cleanUp,
  Listener,
  logPath,
  meet,
  open,
  start,
  startNode,
  until,
} from '../node.js';

afterEach(cleanUp);

const NO_MESH = { mesh: false } as const;
const ALONE = { admin: { listen: '127.0.0.1:0', scopes: ['item'] } };

const isKey = (key: string) => (event: StreamEvent) =>
  event.type === 'invalidate' && event.data.key === key;
const keysTo = async (listener: Listener, last: string): Promise<string[]> => {
  const keys: string[] = [];
  await listener.until((event) => {
    if (event.type === 'invalidate') keys.push(event.data.key);
    return isKey(last)(event);
  });
  return keys;
};

describe('the stream of events', () => {
  test('begins with a reset of everything, then tells what is applied, from whom and how', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path), await startNode('b', path)];
    await meet(a, b);
    const listener = await Listener.open(addressOf(b));
    expect(await listener.next()).toMatchObject({
      type: 'reset',
      data: { scope: null, reason: 'subscribed' },
    });
    await a.invalidate('item', { prefix: 'lake/t1' });
    const { epoch } = a.status();
    expect(await listener.next()).toMatchObject({
      type: 'invalidate',
      data: {
        ...{ scope: 'item', kind: 'prefix', key: 'lake/t1', via: 'gossip', version: 1 },
        from: { node: 'a', epoch },
      },
    });
    expect(await listener.next()).toMatchObject({
      type: 'applied',
      data: { scope: 'item', appliedThrough: 1, via: 'gossip' },
    });
  });

  test('every event has the documented shape, and nothing beside it', async () => {
    const path = logPath();
    const a = await startNode('a', path);
    const listener = await Listener.open(addressOf(a));
    const b = await startNode('b', path);
    await meet(a, b);
    await b.invalidate('item', [{ key: 'k' }, { tag: 't' }, { all: true }]);
    await b.close();
    const seen = new Set<string>();
    await listener.until((event) => {
      const shape = EVENT_SHAPES[event.type];
      expect(shape.parse(event.data)).toEqual(event.data);
      seen.add(event.type);
      return seen.size === 5 && event.type === 'member' && event.data.state === 'left';
    });
    expect([...seen].sort()).toEqual(['applied', 'coherence', 'invalidate', 'member', 'reset']);
  });

  test('a scope’s subscriber hears of that scope and of what concerns all', async () => {
    const admin = { scopes: ['item', 'role'] };
    const a = await startNode('a', logPath(), { ...NO_MESH, admin });
    const listener = await Listener.open(addressOf(a), '?scope=role');
    await a.invalidate('item', { key: 'other' });
    await a.invalidate('role', { key: 'mine' });
    expect(await keysTo(listener, 'mine')).toEqual(['mine']);
    const both = await Listener.open(addressOf(a), '?scope=role&scope=item');
    await a.invalidate('item', { key: 'one' });
    await a.invalidate('role', { key: 'two' });
    expect(await keysTo(both, 'two')).toEqual(['one', 'two']);
  });

  test('a scope that the node does not follow is refused, not silently empty', async () => {
    const a = await startNode('a', logPath(), NO_MESH);
    const answer = await call(addressOf(a), '/v1/events?scope=unknown');
    expect(answer.status).toBe(404);
    expect(answer.json.error.code).toBe('HEARSAY_SCOPE_UNKNOWN');
    expect((await call(addressOf(a), '/v1/events?scope=NOT+A+SCOPE')).status).toBe(400);
    expect((await call(addressOf(a), '/v1/events?typo=item')).status).toBe(400);
  });
});

describe('resuming', () => {
  test('a subscriber that reconnects with its last id misses nothing and hears nothing twice', async () => {
    const a = await startNode('a', logPath(), NO_MESH);
    const first = await Listener.open(addressOf(a));
    await a.invalidate('item', { key: 'heard' });
    const { id } = await first.until(isKey('heard'));
    first.leave();
    for (const key of ['one', 'two', 'three']) await a.invalidate('item', { key });
    const again = await Listener.open(addressOf(a), '', id);
    await a.invalidate('item', { key: 'four' });
    expect(await keysTo(again, 'four')).toEqual(['one', 'two', 'three', 'four']);
  });

  test('what the ring has forgotten is a reset, at exactly one event more than it keeps', async () => {
    const a = await start({ node: 'a', mesh: { listen: '127.0.0.1:0' }, ...ALONE });
    const first = await Listener.open(addressOf(a));
    await a.invalidate('item', { key: 'heard' });
    const { id } = await first.until(isKey('heard'));
    const batch = Array.from({ length: 2_500 }, (_, i) => ({ key: `k${i}` }));
    for (let i = 0; i < ADMIN_LIMITS.eventsKept; i += batch.length)
      await a.invalidate('item', batch);
    const held = await Listener.open(addressOf(a), '', id);
    expect(await held.next()).toMatchObject({ type: 'invalidate', data: { key: 'k0' } });
    await a.invalidate('item', { key: 'one more' });
    const late = await Listener.open(addressOf(a), '', id);
    expect(await late.next()).toMatchObject({
      type: 'reset',
      data: { scope: null, reason: 'forgotten' },
    });
  });

  test('after a restart of the node everything is reset, for its numbers mean nothing any more', async () => {
    const path = logPath();
    const before = await startNode('a', path, NO_MESH);
    const first = await Listener.open(addressOf(before));
    await before.invalidate('item', { key: 'heard' });
    const { id } = await first.until(isKey('heard'));
    await before.close();
    const after = await startNode('a', path, NO_MESH);
    const again = await Listener.open(addressOf(after), '', id);
    expect(await again.next()).toMatchObject({
      type: 'reset',
      data: { scope: null, reason: 'restarted' },
    });
  });

  test.each(['', 'nonsense', '-1', 'x-1', 'EPOCH-1e3', 'EPOCH--1', 'EPOCH-99999999', 'EPOCH-0x1'])(
    'the id %j, which nobody gave, is a reset',
    async (form) => {
      const a = await startNode('a', logPath(), NO_MESH);
      const id = form.replace('EPOCH', a.status().epoch);
      const listener = await Listener.open(addressOf(a), '', id);
      expect(await listener.next()).toMatchObject({ type: 'reset', data: { scope: null } });
    },
  );
});

describe('bounds', () => {
  test('a subscriber that does not read is cut and counted; the others go on', async () => {
    const a = await start({ node: 'a', mesh: { listen: '127.0.0.1:0' }, ...ALONE });
    const reader = await Listener.open(addressOf(a));
    const stuck = await open(addressOf(a), '/v1/events');
    stuck.pause();
    const gone = new Promise((resolve) => stuck.on('error', resolve));
    const key = 'k'.repeat(1_000);
    const batch = Array.from({ length: 1_000 }, (_, i) => ({ key: `${key}${i}` }));
    const cut = async (): Promise<boolean> =>
      /hearsay_subscribers_cut_total\{reason="overtaken"\} 1/.test(
        (await call(addressOf(a), '/metrics')).text,
      );
    let sent = 0;
    while (!(await cut())) {
      await a.invalidate('item', batch);
      await keysTo(reader, `${key}999`);
      sent++;
    }
    expect(sent).toBeGreaterThan(10);
    await a.invalidate('item', { key: 'after' });
    await reader.until(isKey('after'));
    expect((await call(addressOf(a), '/v1/status')).json.subscribers).toBe(1);
    expect((await call(addressOf(a), '/v1/faults')).json.faults[0].kind).toBe('subscriber');
    // It reads what the kernel still holds, and then finds that it was cut.
    stuck.resume();
    expect(await gone).toMatchObject({ code: 'ECONNRESET' });
  });

  test('the 500th subscriber is served, the 501st told so; a place that gets free is given again', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path), await startNode('b', path)];
    await meet(a, b);
    const unrest: string[] = [];
    b.on('member', ({ member: { state } }) => state !== 'alive' && unrest.push(state));
    const all = await Promise.all(
      Array.from({ length: ADMIN_LIMITS.subscribersMax }, () => Listener.open(addressOf(a))),
    );
    const refused = await call(addressOf(a), '/v1/events');
    expect(refused.status).toBe(503);
    expect(refused.json.error.code).toBe('HEARSAY_ADMIN_BUSY');
    await b.invalidate('item', { key: 'k' });
    await Promise.all(all.map((listener) => listener.until(isKey('k'))));
    // The mesh did not suffer: nobody was suspected meanwhile.
    expect(unrest).toEqual([]);
    expect((await call(addressOf(a), '/v1/status')).status).toBe(200);
    all[0]?.leave();
    while ((await call(addressOf(a), '/v1/status')).json.subscribers === all.length);
    expect((await (await Listener.open(addressOf(a))).next()).type).toBe('reset');
  });

  test('a node that closes ends its streams', async () => {
    const a: Hearsay = await startNode('a', logPath(), NO_MESH);
    const listener = await Listener.open(addressOf(a));
    await until(() => true);
    await a.close();
    await expect(listener.until(() => false)).rejects.toThrow('the stream has ended');
  });
});
