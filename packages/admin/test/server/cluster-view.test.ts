import { meshTransport, startHearsay } from '@hearsay/embed';
import type { CacheInvalidationTransport } from '@hearsay/spi';
import { openSqliteLog } from '@hearsay/version-log';
import { afterEach, describe, expect, test } from 'vitest';
import {
  addressOf,
  atCleanUp,
  call,
  cleanUp,
  logPath,
  meet,
  post,
  start,
  startNode,
  until,
} from '../node.js';

afterEach(cleanUp);

interface Part {
  readonly node: string;
  readonly outcome: string;
  readonly detail: string | null;
}

const partOf = (json: { nodes: Part[] }, node: string) =>
  json.nodes.find((part) => part.node === node);

/** A member that follows the scope and does not let itself be asked. */
async function startSilent(node: string, path: string) {
  const silent = await startHearsay({ node, log: { sqlite: path }, mesh: {} });
  atCleanUp(() => silent.close());
  silent.cache('item', { ttlMs: 60_000 });
  await until(() => silent.status().scopes[0]?.appliedThrough !== undefined);
  return silent;
}

describe('what only all members together can say', () => {
  test('lag: applied-through of every node against the newest that anybody has seen', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path), await startNode('b', path)];
    await meet(a, b);
    const applied = until(() => b.status().scopes[0]?.appliedThrough === 2);
    await a.invalidate('item', [{ key: 'k' }, { key: 'l' }]);
    await applied;
    const { json } = await call(addressOf(b), '/v1/lag');
    expect(json.scopes).toEqual([{ scope: 'item', logVersion: 2 }]);
    expect(json.nodes.map((part: Part) => part.node)).toEqual(['b', 'a']);
    for (const part of json.nodes)
      expect(part).toMatchObject({
        coherence: 'coherent',
        ready: true,
        logReachable: true,
        scopes: [{ scope: 'item', appliedThrough: 2, behind: 0 }],
      });
  });

  test('lag: a member of another log is not compared, and adds nothing to this one (L8)', async () => {
    const a = await startNode('a', logPath());
    const b = await startNode('b', logPath(), { mesh: { peers: [...a.status().listening] } });
    await meet(a, b);
    await b.invalidate('item', [{ key: 'k' }, { key: 'l' }]);
    await until(() => b.status().scopes[0]?.appliedThrough === 2);
    const { json } = await call(addressOf(a), '/v1/lag');
    expect(json.scopes).toEqual([{ scope: 'item', logVersion: 0 }]);
    const [onA, onB] = json.nodes;
    expect(onA.scopes).toMatchObject([{ appliedThrough: 0, behind: 0 }]);
    expect(onB.scopes).toMatchObject([{ appliedThrough: 2, behind: null }]);
    expect(onA.logId).not.toBe(onB.logId);
  });

  test('who cannot be asked is listed as such, and the others all the same', async () => {
    const path = logPath();
    const answering = { listen: false, scopes: ['item'] } as const;
    const [a, b, c] = [
      await startNode('a', path),
      await start({ node: 'b', log: { sqlite: path }, mesh: {}, admin: answering }),
      await startSilent('c', path),
    ];
    await meet(a, b, c);
    for (const route of ['/v1/lag', '/v1/reachability', '/v1/why?scope=item&key=k']) {
      const { json } = await call(addressOf(a), route);
      expect(json.nodes).toHaveLength(3);
      expect(partOf(json, 'a')).toMatchObject({ outcome: 'answered', self: true });
      expect(partOf(json, 'b')).toMatchObject({ outcome: 'answered', self: false, detail: null });
      expect(partOf(json, 'c')).toMatchObject({ outcome: 'unreachable' });
      expect(partOf(json, 'c')?.detail).toMatch(/\S/);
    }
    expect(b.status().adminAddress).toBeUndefined();
  });

  test('where the transport cannot ask, that is the reason given', async () => {
    const path = logPath();
    const { asking: _, ...mesh } = delegate(meshTransport());
    const a = await start({
      ...{ node: 'a', log: { sqlite: path }, transport: mesh },
      admin: { listen: '127.0.0.1:0', scopes: ['item'] },
    });
    const b = await startNode('b', path);
    await meet(a, b);
    const { json } = await call(addressOf(a), '/v1/lag');
    expect(partOf(json, 'b')?.outcome).toBe('not-askable');
    const ping = await call(addressOf(a), '/v1/ping?node=b');
    expect(ping.status).toBe(501);
    expect(ping.json.error.code).toBe('HEARSAY_NOT_OFFERED');
  });

  test('reachability: a row for each member, with the links that it has', async () => {
    const path = logPath();
    const nodes = [
      await startNode('a', path),
      await startNode('b', path),
      await startNode('c', path),
    ];
    await meet(...nodes);
    const { json } = await call(addressOf(nodes[0] as never), '/v1/reachability');
    const rows = json.nodes.map((row: { node: string; reaches: { node: string }[] }) => [
      row.node,
      row.reaches.map((reach) => reach.node).sort(),
    ]);
    expect(rows.sort()).toEqual([
      ['a', ['b', 'c']],
      ['b', ['a', 'c']],
      ['c', ['a', 'b']],
    ]);
    for (const { reaches } of json.nodes)
      for (const reach of reaches) expect(reach).toMatchObject({ reachable: true });
  });

  test('ping measures an answered question; strangers and members that do not answer are told apart', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path), await startSilent('b', path)];
    const c = await startNode('c', path);
    await meet(a, b, c);
    const ping = (node: string) => call(addressOf(a), `/v1/ping?node=${node}`);
    expect((await ping('c')).json.roundTripMs).toBeGreaterThan(0);
    expect(await ping('b')).toMatchObject({ status: 504 });
    expect(await ping('stranger')).toMatchObject({ status: 404 });
    expect(await ping('a')).toMatchObject({ status: 404 });
    await c.close();
    await until(() => a.members().some(({ state }) => state === 'left'));
    const gone = await ping('c');
    expect(gone.status).toBe(404);
    expect(gone.json.error.message).toContain('c has left');
  });
});

describe('why', () => {
  test('says who announced it, how and when it came to each node', async () => {
    const path = logPath();
    const [a, b] = [await startNode('a', path), await startNode('b', path)];
    await meet(a, b);
    const applied = until(() => b.status().scopes[0]?.appliedThrough === 1);
    await a.invalidate('item', { prefix: 'lake' });
    await applied;
    const { json } = await call(addressOf(b), '/v1/why?scope=item&key=lake/t1');
    const from = { node: 'a', epoch: a.status().epoch };
    const drop = { kind: 'prefix', key: 'lake', from, version: 1 };
    const [onB, onA] = json.nodes;
    expect(onB).toMatchObject({ node: 'b', drops: [{ ...drop, via: 'gossip', sequence: 1 }, {}] });
    expect(onA).toMatchObject({ node: 'a', drops: [{ ...drop, via: 'local' }, {}] });
    expect(onA.drops[0].appendId).toBe(onB.drops[0].appendId);
    expect(onB.drops[1]).toMatchObject({ kind: 'reset', reason: 'first-use', from: null });
    expect(onB.drops[0].atMs).toBeGreaterThanOrEqual(onB.completeSinceMs);
  });

  test('a row that no gossip brought is named with its writer', async () => {
    const path = logPath();
    const a = await startNode('a', path, { mesh: false, poll: { intervalMs: 20 } });
    const log = await openSqliteLog({ path });
    atCleanUp(() => log.close());
    const applied = until(() => a.status().scopes[0]?.appliedThrough === 1);
    const script = { node: 'script', epoch: '00000000000000aa' } as never;
    await log.append(script, [{ scope: 'item' as never, target: { kind: 'key', key: 'k' } }]);
    await applied;
    const { json } = await call(addressOf(a), '/v1/why?scope=item&key=k');
    expect(json.nodes[0].drops[0]).toMatchObject({
      ...{ kind: 'key', key: 'k', via: 'log', version: 1, sequence: null },
      from: { node: 'script', epoch: '00000000000000aa' },
    });
  });

  test('names what may have taken it, and nothing of other keys and scopes', async () => {
    const admin = { scopes: ['item', 'role'] };
    const a = await startNode('a', logPath(), { mesh: false, admin });
    await a.invalidate('item', [{ key: 'a/b' }, { prefix: 'a' }, { tag: 't' }, { all: true }]);
    await a.invalidate('item', [{ key: 'a/bc' }, { prefix: 'a/b/c' }, { key: 'a' }]);
    await a.invalidate('role', { key: 'a/b' });
    const { json } = await call(addressOf(a), '/v1/why?scope=item&key=a/b');
    const kinds = json.nodes[0].drops.map((drop: { kind: string }) => drop.kind);
    expect(kinds).toEqual(['scope', 'tag', 'prefix', 'key', 'reset']);
  });

  test.each([
    ['?scope=unknown&key=k', 404, 'HEARSAY_SCOPE_UNKNOWN'],
    ['?scope=item&key=/k', 400, 'HEARSAY_NAME_INVALID'],
    ['?scope=item', 400, 'HEARSAY_REQUEST_INVALID'],
    ['?scope=item&key=k&key=l', 400, 'HEARSAY_REQUEST_INVALID'],
    ['?scope=item&key=k&typo=1', 400, 'HEARSAY_REQUEST_INVALID'],
  ])('%s is refused', async (query, status, code) => {
    const a = await startNode('a', logPath(), { mesh: false });
    const answer = await call(addressOf(a), `/v1/why${query}`);
    expect(answer.status).toBe(status);
    expect(answer.json.error.code).toBe(code);
  });
});

describe('an invalidation that is waited for', () => {
  test('is applied everywhere, or says where not', async () => {
    const path = logPath();
    const [a, b, c] = [
      await startNode('a', path),
      await startNode('b', path),
      await startNode('c', path, { admin: { scopes: ['other'] } }),
    ];
    await meet(a, b, c);
    const body = { scope: 'item', targets: [{ key: 'k' }], waitMs: 10_000 };
    const { json } = await post(addressOf(a), '/v1/invalidate', body);
    expect(json.applied.everywhere).toBe(true);
    const outcomes = json.applied.nodes.map((part: { node: string; applied: string }) => [
      part.node,
      part.applied,
    ]);
    expect(outcomes.sort()).toEqual([
      ['a', 'yes'],
      ['b', 'yes'],
      ['c', 'not-followed'],
    ]);
    const reached = `/v1/reached?token=${encodeURIComponent(json.token)}`;
    expect((await call(addressOf(b), reached)).json).toEqual({ reached: true });
    expect((await call(addressOf(c), reached)).json.error.code).toBe('HEARSAY_SCOPE_UNKNOWN');
  });

  test('a member that applies another log, or does not answer, is not counted as applied', async () => {
    const path = logPath();
    const a = await startNode('a', path, { mesh: { listen: '127.0.0.1:0' } });
    const peers = [...a.status().listening];
    const b = await startNode('b', logPath(), { mesh: { peers } });
    const c = await startSilent('c', path);
    await meet(a, b, c);
    const body = { scope: 'item', targets: [{ key: 'k' }], waitMs: 200 };
    const { status, json } = await post(addressOf(a), '/v1/invalidate', body);
    expect(status).toBe(200);
    expect(json.applied.everywhere).toBe(false);
    expect(partOf(json.applied, 'b')).toMatchObject({ applied: 'not-in-time' });
    expect(partOf(json.applied, 'c')).toMatchObject({ outcome: 'unreachable', applied: null });
  });

  test('without a log it is refused before anything is announced', async () => {
    const a = await start({
      ...{ node: 'a', mesh: { listen: '127.0.0.1:0' } },
      admin: { listen: '127.0.0.1:0', scopes: ['item'] },
    });
    const body = { scope: 'item', targets: [{ key: 'k' }], waitMs: 200 };
    const answer = await post(addressOf(a), '/v1/invalidate', body);
    expect(answer.status).toBe(409);
    expect(answer.json.error.code).toBe('HEARSAY_WAIT_NEEDS_LOG');
    expect(a.status().counters.appliedLocally).toBe(0);
    const { targets, scope } = body;
    expect((await post(addressOf(a), '/v1/invalidate', { targets, scope })).json).toEqual({
      token: '',
      applied: null,
    });
  });
});

/** A transport as an object of its own, so that parts of it can be left out. */
function delegate(mesh: ReturnType<typeof meshTransport>): CacheInvalidationTransport {
  return {
    name: mesh.name,
    start: (host) => mesh.start(host),
    publish: (announcements) => mesh.publish(announcements),
    coherence: () => mesh.coherence(),
    inspect: () => mesh.inspect(),
    stop: () => mesh.stop(),
    membership: mesh.membership,
    asking: mesh.asking as never,
  };
}
