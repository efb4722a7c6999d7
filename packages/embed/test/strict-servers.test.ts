import { afterEach, expect, test } from 'vitest';
import type { Hearsay } from '../src/index.js';
import { describeServers } from './servers.js';
import { cleanUp, coherent, start } from './service.js';

afterEach(cleanUp);

const STRICT = { ttlMs: 60_000, consistency: { strict: { leaseMs: 2000 } } };

/** Reads, each of which awaits a poll, until one leaves a right behind. */
async function untilRight(node: Hearsay, read: () => Promise<unknown>): Promise<void> {
  while (node.status().strictScopes[0]?.rightForMs === 0) await read();
}

describeServers('strict scopes', (make) => {
  test('a revocation returns when the other node has dropped the item, and nobody yields the old value (C)', async () => {
    const database = await make();
    await database.query(`INSERT INTO item VALUES ('k', 'old')`);
    const nodes = [
      await start({ node: 'a', log: database.log }),
      await start({ node: 'b', log: database.log }),
    ] as const;
    const [a, b] = nodes;
    const load = async () => String((await database.query('SELECT value FROM item'))[0]?.['value']);
    const [first, second] = nodes.map((node) => node.cache<string>('item', STRICT));
    const readA = () => first?.getOrLoad('k', load) ?? Promise.resolve(undefined);
    const readB = () => second?.getOrLoad('k', load) ?? Promise.resolve(undefined);
    await coherent(a, b);
    await untilRight(a, readA);
    await untilRight(b, readB);
    // Until the table is known to name every holder (S4).
    while (!(await a.revoke('item', { key: 'k' })).vouched);
    expect([await readA(), await readB()]).toEqual(['old', 'old']);

    const { tx, end } = await database.transaction();
    await tx.query(`UPDATE item SET value = 'new'`, []);
    const pending = await a.appendAndRevoke(tx, [['item', { key: 'k' }]]);
    await end('COMMIT');
    const result = await pending.committed();
    expect(result.acknowledged.map(({ node }) => node)).toEqual(['b']);
    expect(result).toMatchObject({ waitedOut: [], vouched: true });
    expect([first?.get('k'), second?.get('k')]).toEqual([undefined, undefined]);
    expect([await readA(), await readB()]).toEqual(['new', 'new']);

    const written = await database.writeAndRevoke(a, async (tx, query) => {
      await query(`UPDATE item SET value = 'newer'`);
      tx.invalidate('item', { key: 'k' });
    });
    expect(written.acknowledged.map(({ node }) => node)).toEqual(['b']);
    expect([first?.get('k'), second?.get('k')]).toEqual([undefined, undefined]);
    expect([await readA(), await readB()]).toEqual(['newer', 'newer']);
  });

  test('of a node that is closed leave no lease behind: a revocation waits for nobody (S5)', async () => {
    const database = await make();
    const a = await start({ node: 'a', log: database.log });
    const b = await start({ node: 'b', log: database.log });
    const cache = b.cache<string>('item', STRICT);
    await untilRight(b, () => cache.getOrLoad('k', () => 'value'));
    await b.close();
    while (!(await a.revoke('item', { key: 'k' })).vouched);
    expect(await a.revoke('item', { key: 'k' })).toMatchObject({
      acknowledged: [],
      waitedOut: [],
      vouched: true,
    });
  });
});
