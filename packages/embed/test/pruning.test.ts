import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteLog, startHearsay } from '../src/index.js';
import { checkPrune } from '../src/pruning.js';
import { cleanUp, database, put, start } from './service.js';

async function written(prune: Parameters<typeof start>[0]['prune']) {
  onTestFinished(cleanUp);
  const { path, connect } = database();
  const options = { log: { sqlite: path }, mesh: false } as const;
  const hearsay = await start({
    node: 'n1',
    ...options,
    ...(prune !== undefined && { prune }),
  });
  const db = connect();
  for (const key of ['a', 'b', 'c', 'd', 'e'])
    await hearsay.write(db, (tx) => {
      put(db, key, 'x');
      tx.invalidate('item', { key });
    });
  const rows = () =>
    db
      .prepare('SELECT version FROM hearsay_log ORDER BY version')
      .all()
      .map((row) => row['version']);
  return { hearsay, db, rows, options };
}

describe('pruning by nodes (L4)', () => {
  it('deletes the oldest rows of the scopes that a node writes, the floor first', async () => {
    const { hearsay, db, rows, options } = await written({ keepRows: 2, everyMs: 1_000 });
    await expect.poll(rows, { timeout: 20_000 }).toEqual([4, 5]);
    expect(db.prepare('SELECT floor FROM hearsay_scope').get()).toEqual({ floor: 3 });
    const late = await start({ node: 'n2', ...options });
    late.cache('item', { ttlMs: 60_000 });
    await hearsay.invalidate('item', { key: 'f' });
    await expect.poll(() => late.status().scopes[0]?.appliedThrough).toBe(6);
  });

  it('keeps a day or a million rows, and looks every hour, by default', () => {
    expect(checkPrune({})).toEqual({
      maxAgeMs: 86_400_000,
      keepRows: 1_000_000,
      everyMs: 3_600_000,
    });
  });

  it.each([
    { maxAgeMs: 59_999 },
    { keepRows: 0 },
    { everyMs: 999 },
    { everyMs: 86_400_001 },
    { keepRows: 1.5 },
    { rows: 1 } as never,
  ])('is refused before anything is opened: %j', async (prune) => {
    await expect(startHearsay({ node: 'n1', mesh: false, prune })).rejects.toMatchObject({
      code: 'HEARSAY_CONFIG_INVALID',
    });
  });

  it('says that it failed, and goes on', async () => {
    onTestFinished(cleanUp);
    const { path } = database();
    const log = await openSqliteLog({ path });
    onTestFinished(() => log.close());
    let calls = 0;
    const failing = new Proxy(log, {
      get: (target, name) => {
        if (name === 'prune') return () => Promise.reject(new Error(`down ${++calls}`));
        const value = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const warnings: unknown[] = [];
    const logger = {
      debug() {},
      info() {},
      error() {},
      warn: (_: object, text: string) => warnings.push(text),
    };
    const node = await start({
      node: 'n1',
      log: failing,
      mesh: false,
      prune: { everyMs: 1_000 },
      logger,
    });
    node.cache('item', { ttlMs: 60_000 });
    await expect.poll(() => calls, { timeout: 20_000 }).toBeGreaterThan(1);
    expect(warnings).toContain('pruning the version log failed');
    expect(node.status().coherence).not.toBe('dark');
  });
});
