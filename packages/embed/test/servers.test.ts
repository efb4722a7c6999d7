import { afterEach, expect, test } from 'vitest';
import { TransactionRolledBackError } from '../src/index.js';
import { describeServers } from './servers.js';
import { cleanUp, coherent, event, start } from './service.js';

afterEach(cleanUp);

const TTL = { ttlMs: 60_000 };
/** Polls only at its start: what comes later came by gossip. */
const NO_POLLS = { intervalMs: 600_000 };

describeServers('two nodes over one database', (make) => {
  test('find each other by the log’s rows and drop what the other wrote, by gossip', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log, poll: NO_POLLS });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    const load = async () => String((await database.query('SELECT value FROM item'))[0]?.['value']);
    await database.query(`INSERT INTO item VALUES ('k', 'old')`);
    expect(await cache.getOrLoad('k', load)).toBe('old');
    const applied = event(b, 'applied');
    const token = await database.write(a, async (tx, query) => {
      await query(`UPDATE item SET value = 'new'`);
      tx.invalidate('item', { key: 'k' });
    });
    expect(await applied).toMatchObject({ scope: 'item', appliedThrough: 1, via: 'gossip' });
    expect(await cache.getOrLoad('k', load)).toBe('new');
    expect(await b.reached(token)).toBe(true);
  });

  test('without a mesh the log alone delivers, by polling', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log, mesh: false });
    const b = await start({
      node: 'b',
      log: database.log,
      mesh: false,
      poll: { intervalMs: 20 },
    });
    b.cache('item', TTL);
    await event(b, 'reset');
    const applied = event(b, 'applied');
    await database.write(a, async (tx) => tx.invalidate('item', { key: 'k' }));
    expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
    const again = event(b, 'applied');
    const token = await a.invalidate('item', { prefix: 'p' });
    expect(await again).toMatchObject({ appliedThrough: 2, via: 'log' });
    expect(token).toContain('item:2:');
  });

  test('a write that is rolled back is not gossiped, whoever rolled it back', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log, poll: NO_POLLS });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    const thrown = database.write(a, async (tx) => {
      tx.invalidate('item', { key: 'thrown' });
      throw new Error('boom');
    });
    await expect(thrown).rejects.toThrow('boom');
    const { tx, end } = await database.transaction();
    await a.append(tx, [['item', { key: 'ended' }]]);
    await end('ROLLBACK');
    for (const key of ['thrown', 'ended']) await cache.getOrLoad(key, () => 'kept');
    const applied = event(b, 'applied');
    await database.write(a, async (tx) => tx.invalidate('item', { key: 'committed' }));
    expect(await applied).toMatchObject({ appliedThrough: 1 });
    expect(b.status().counters.appliedByGossip).toBe(1);
    expect([cache.get('thrown'), cache.get('ended')]).toEqual(['kept', 'kept']);
  });

  test('what the service commits itself is gossiped when it says so, once', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log, poll: NO_POLLS });
    b.cache('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    const applied = event(b, 'applied');
    const { tx, end } = await database.transaction();
    const pending = await a.append(tx, [
      ['item', { key: 'k' }],
      ['item', { tag: 't' }],
    ]);
    await end('COMMIT');
    const token = pending.committed();
    pending.uncertain();
    expect(pending.committed()).toBe(token);
    await applied;
    expect(await b.reached(token)).toBe(true);
    expect(b.status().counters.appliedByGossip).toBe(2);
  });

  test('of a commit whose outcome is unknown others hear a hint, which proves nothing (L2)', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log, poll: NO_POLLS });
    const cache = b.cache<string>('item', TTL);
    await event(b, 'reset');
    await coherent(a, b);
    await cache.getOrLoad('k', () => 'old');
    const { tx, end } = await database.transaction();
    const pending = await a.append(tx, [['item', { key: 'k' }]]);
    await end('ROLLBACK');
    pending.uncertain();
    const applied = event(b, 'applied');
    await database.write(a, async (other) => other.invalidate('item', { key: 'other' }));
    expect(await applied).toMatchObject({ appliedThrough: 1 });
    expect(cache.get('k')).toBeUndefined();
    expect(b.status().counters.appliedByGossip).toBe(2);
  });

  test('what nobody announces is delivered by polling', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log, poll: { intervalMs: 20 } });
    b.cache('item', TTL);
    await event(b, 'reset');
    const applied = event(b, 'applied');
    const { tx, end } = await database.transaction();
    await a.append(tx, [['item', { key: 'k' }]]);
    await end('COMMIT');
    expect(await applied).toMatchObject({ appliedThrough: 1, via: 'log' });
  });
});

describeServers('a write whose statement failed unnoticed', (make) => {
  test('announces nothing, and says why where the database does not', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log, mesh: false });
    a.cache('item', TTL);
    await event(a, 'reset');
    const write = database.write(a, async (tx, query) => {
      await query('SELECT * FROM no_such_table').catch(() => undefined);
      tx.invalidate('item', { key: 'k' });
    });
    // MariaDB and MySQL undo the one statement and go on.
    if ('postgres' in database.log) await expect(write).rejects.toThrow(TransactionRolledBackError);
    else await write;
    const applied = 'postgres' in database.log ? 0 : 1;
    expect(a.status().counters.appliedLocally).toBe(applied);
  });
});
