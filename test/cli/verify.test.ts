import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ServiceCluster } from './service-cluster.ts';
import { hearsay } from './standalone-cluster.ts';

const ITEMS = 30;
const VERIFY = ['verify', '--scope', 'item', '--loader', './load.mjs'];

let cluster: ServiceCluster;
beforeAll(async () => {
  cluster = await ServiceCluster.start(ITEMS, { scopes: ['item', 'followed'] });
}, 60_000);
afterAll(() => cluster[Symbol.asyncDispose]());

/** Fills a key on all nodes with what is there now. */
async function fill(key: string): Promise<void> {
  for (const { items } of cluster.nodes) await items.getOrLoad(key, () => cluster.row(key));
}

describe('verify', () => {
  test('finds all equal where all that changed was announced, absence too', async () => {
    await fill('item/none');
    await cluster.node(1).hearsay.write(cluster.db, (tx) => {
      cluster.db.exec("UPDATE item SET cents = cents + 100 WHERE key = 'item/3'");
      tx.invalidate('item', { key: 'item/3' });
    });
    const { exitCode, stdout } = await cluster.ask(['--json', ...VERIFY]);
    const verdict = JSON.parse(stdout);
    expect(verdict).toMatchObject({ scope: 'item', agrees: true });
    expect(verdict.nodes).toHaveLength(3);
    for (const node of verdict.nodes) {
      expect(node).toMatchObject({ outcome: 'answered', stale: 0, undigested: 0 });
      expect(node.equal + node.gone).toBe(node.sampled);
      expect(node.sampled).toBeGreaterThanOrEqual(ITEMS);
    }
    expect(exitCode).toBe(0);
    await fill('item/3');
  });

  test('finds a row that was changed behind Hearsay’s back, on the nodes that serve the old one', async () => {
    // The third node has loaded it since.
    cluster.db.exec("UPDATE item SET cents = cents + 1 WHERE key = 'item/7'");
    cluster.node(2).items.delete('item/7');
    await cluster.node(2).items.getOrLoad('item/7', ({ key }) => cluster.row(key));
    const argv = [...VERIFY, '--recheck', '300ms'];
    const { exitCode, stdout } = await cluster.ask(['--json', ...argv]);
    const { agrees, nodes, differences, histogram } = JSON.parse(stdout);
    expect(exitCode).toBe(1);
    expect(agrees).toBe(false);
    expect(nodes.map((one: { node: string; stale: number }) => [one.node, one.stale])).toEqual([
      ['node-1', 1],
      ['node-2', 1],
      ['node-3', 0],
    ]);
    expect(differences.map((one: { node: string }) => one.node)).toEqual(['node-1', 'node-2']);
    for (const one of differences) {
      expect(one).toMatchObject({ key: 'item/7', outcome: 'stale' });
      expect(one.staleForMs).toBeGreaterThan(0);
    }
    expect(histogram.at(-1)).toEqual({ upToMs: null, count: 2 });
    const text = await cluster.ask(argv);
    expect(text.exitCode).toBe(1);
    expect(text.stdout).toMatch(/^node-2 +item\/7 +≥ \d+ ms +[\d.]+ m?s +still stale$/m);
    expect(text.stdout).toMatch(/^longer, or still stale +2 +█+$/m);
    for (const { items } of cluster.nodes) items.delete('item/7');
    await fill('item/7');
  });

  test('finds a value that was cached for what is not there any more', async () => {
    cluster.db.exec("INSERT INTO item VALUES ('item/x', 'x', 1)");
    await fill('item/x');
    cluster.db.exec("DELETE FROM item WHERE key = 'item/x'");
    const { exitCode, stdout } = await cluster.ask([...VERIFY, '--recheck', '0']);
    expect(exitCode).toBe(1);
    expect(stdout.match(/item\/x/g)).toHaveLength(3);
    for (const { items } of cluster.nodes) items.delete('item/x');
  });

  test('lets a difference go whose invalidation was on its way, and tells how long it was seen', async () => {
    // Called again, the module has been told of a difference that stayed.
    const marker = join(cluster.directory, 'seen-twice');
    cluster.module(
      'observed.mjs',
      `import { writeFileSync } from 'node:fs';
import * as database from './load.mjs';
let calls = 0;
export const load = (scope, keys) => {
  if (++calls === 2) writeFileSync(${JSON.stringify(marker)}, '');
  return database.load(scope, keys);
};
export const close = database.close;`,
    );
    cluster.db.exec("UPDATE item SET cents = cents + 1 WHERE key = 'item/9'");
    const argv = ['verify', '--scope', 'item', '--loader', 'observed.mjs', '--recheck', '10min'];
    const asked = cluster.ask(['--json', ...argv]);
    while (!existsSync(marker)) await setTimeout(5);
    await cluster.node(0).hearsay.invalidate('item', { key: 'item/9' });
    const { exitCode, stdout } = await asked;
    const { agrees, differences, nodes } = JSON.parse(stdout);
    expect(exitCode).toBe(0);
    expect(agrees).toBe(true);
    expect(differences).toHaveLength(3);
    for (const one of differences) {
      expect(one).toMatchObject({ key: 'item/9', outcome: 'gone' });
      expect(one.staleForMs).toBeGreaterThan(0);
    }
    for (const node of nodes) expect(node).toMatchObject({ gone: 1, stale: 0 });
    await fill('item/9');
  });

  test('takes digests where the user makes them', async () => {
    cluster.module(
      'digests.mjs',
      `import { valueDigest } from ${JSON.stringify(import.meta.resolve('@hearsay/admin/client'))};
import * as database from './load.mjs';
export const digests = (scope, keys) =>
  Object.fromEntries([...database.load(scope, keys)].map(([key, row]) => [key, row && valueDigest(row)]));
export const close = database.close;`,
    );
    const argv = ['verify', '--scope', 'item', '--loader', 'digests.mjs'];
    expect(await cluster.ask(argv)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('is not well where a node can make no digest', async () => {
    await cluster.node(0).items.getOrLoad('cycle', () => {
      const cycle: Record<string, unknown> = {};
      cycle['self'] = cycle;
      return cycle as never;
    });
    const { exitCode, stdout } = await cluster.ask(VERIFY);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('1 entry has no digest');
    cluster.node(0).items.delete('cycle');
  });
});

describe('verify ends with one line', () => {
  const loader = (path: string, ...more: string[]) => [
    ...['--timeout', '3000', 'verify', '--scope', 'item', '--loader', path],
    ...more,
  ];
  test.each<[string, string, number, RegExp]>([
    ['that exports nothing of use', 'export const x = 1;', 2, /neither load.* nor digests/],
    ['that does not parse', 'export const = 1;', 2, /cannot be loaded/],
    ['that throws when it is loaded', "throw new Error('no\\nluck');", 2, /cannot be loaded: no$/m],
    ['whose load throws', "export const load = () => { throw new Error('no db'); };", 2, /no db/],
    ['whose load rejects', "export const load = async () => { throw 'down'; };", 2, /failed: down/],
    ['whose load returns a list', 'export const load = () => [1];', 2, /a Map or an object/],
    ['whose load returns nothing', 'export const load = () => undefined;', 2, /a Map or an object/],
    [
      'whose values have no digest',
      'export const load = (_, [key]) => ({ [key]: () => 1 });',
      2,
      /no digest/,
    ],
    [
      'whose digests are none',
      'export const digests = (_, [key]) => ({ [key]: 1 });',
      2,
      /use text/,
    ],
    [
      'whose load never ends',
      'export const load = () => new Promise(() => {});',
      4,
      /not done within 3000 ms/,
    ],
    [
      'that cannot be closed',
      "export * from './load.mjs'; export const close = () => { throw new Error('stuck'); };",
      2,
      /close\(\) failed: stuck/,
    ],
  ])('for a module %s', async (_, text, exitCode, message) => {
    const path = `bad-${exitCode}-${message.source.length}.mjs`;
    cluster.module(path, text);
    const outcome = await cluster.ask(loader(`./${path}`));
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr.trim().split('\n')).toHaveLength(1);
  });

  test.each<[string, string[], number, RegExp]>([
    ['a module that is missing', loader('./nowhere.mjs'), 2, /nowhere\.mjs cannot be loaded/],
    ['a sample beyond the limit', loader('load.mjs', '--sample', '1001'), 2, /from 1 to 1000/],
    ['a time that is none', loader('load.mjs', '--recheck', '2 weeks'), 2, /500ms or 2s/],
    [
      'a scope that nobody follows',
      ['verify', '--scope', 'other', '--loader', 'load.mjs'],
      2,
      /not followed/,
    ],
    [
      'a scope that nobody caches',
      ['verify', '--scope', 'followed', '--loader', 'load.mjs'],
      2,
      /no node that answered has a cache/,
    ],
    ['an address where nobody is', ['--url', 'http://127.0.0.1:1', ...VERIFY], 3, /not reachable/],
  ])('for %s', async (_, argv, exitCode, message) => {
    const outcome = await cluster.ask(argv);
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).not.toMatch(/^\s+at /m);
  });

  test('for no loader at all', async () => {
    expect(await hearsay(['verify', '--scope', 'item'])).toMatchObject({ exitCode: 2, stdout: '' });
  });
});
