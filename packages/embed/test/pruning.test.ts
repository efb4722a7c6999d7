import { FRESHNESS_DEFAULTS } from '@hearsay/protocol';
import { type Scope, scopeOf } from '@hearsay/spi';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteLog, startHearsay } from '../src/index.js';
import { checkPrune, Pruning } from '../src/pruning.js';
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

  it('goes on with the scopes behind one that it cannot prune, and tells of that one once', async () => {
    onTestFinished(cleanUp);
    const { path, connect } = database();
    const warnings: { readonly scope?: string }[] = [];
    const node = await start({
      node: 'n1',
      log: { sqlite: path },
      mesh: false,
      prune: { keepRows: 2, everyMs: 1_000 },
      logger: { debug() {}, info() {}, error() {}, warn: (fields) => warnings.push(fields) },
    });
    const db = connect();
    db.exec(`CREATE TRIGGER kept BEFORE DELETE ON hearsay_log WHEN old.scope = 'audit'
      BEGIN SELECT RAISE(ABORT, 'audit is kept'); END`);
    const versions = (scope: string) =>
      db
        .prepare('SELECT version FROM hearsay_log WHERE scope = ? ORDER BY version')
        .all(scope)
        .map((row) => row['version']);
    const write = (scope: string) => node.invalidate(scope, [{ key: 'a' }, { key: 'b' }]);
    await write('audit');
    await write('audit');
    // Each time 'audit' was tried before.
    for (const newest of [4, 8]) {
      await write('item');
      await write('item');
      await expect.poll(() => versions('item'), { timeout: 20_000 }).toEqual([newest - 1, newest]);
    }
    expect(versions('audit')).toEqual([1, 2, 3, 4]);
    expect(warnings.filter(({ scope }) => scope === 'audit')).toHaveLength(1);
    db.exec('DROP TRIGGER kept');
    await expect.poll(() => versions('audit'), { timeout: 20_000 }).toEqual([3, 4]);
  });

  it('keeps the scopes in use and as many others as may be in use, those that were written last', async () => {
    const { scopesMax } = FRESHNESS_DEFAULTS;
    const pruned: string[] = [];
    const prune = async ({ scope }: { scope: string }) => pruned.push(scope);
    const logger = { debug() {}, info() {}, error() {}, warn() {} };
    const used = [scopeOf('used')];
    const pruning = Pruning.start({ prune }, { everyMs: 1_000 }, logger, () => used);
    onTestFinished(() => pruning?.stop());
    const scopes = Array.from({ length: scopesMax + 1 }, (_, i) => scopeOf(`s${i}`));
    const [first, second, ...others] = scopes;
    const last = others.pop();
    for (const scope of [first, second, ...others, first, last]) pruning?.wrote(scope as Scope);
    await expect.poll(() => pruned.length, { timeout: 20_000 }).toBeGreaterThan(scopesMax + 1);
    const run = [...used, ...others, first, last];
    expect(pruned.slice(0, run.length + 1)).toEqual([...run, ...used]);
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
