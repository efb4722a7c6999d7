import {
  ConfigInvalidError,
  type Epoch,
  LIMITS,
  NameInvalidError,
  type NodeName,
  type SelfAnnouncement,
} from '@hearsay/spi';
import { expect, test } from 'vitest';
import { schemaSql } from '../src/index.js';
import { NODES_MAX } from '../src/node-row.js';
import { prepare } from '../src/sqlite.js';
import { NodeRows } from '../src/worker/node-rows.js';
import { connect, openLog, temporaryPath } from './support.js';

const WINDOW_MS = 60_000;

function self(
  node: string,
  epoch = '00000000000000aa',
  addresses = ['127.0.0.1:7000'],
): SelfAnnouncement {
  return { node: node as NodeName, epoch: epoch as Epoch, addresses };
}

function nodeRows() {
  const db = connect(':memory:');
  db.exec(schemaSql());
  return { db, rows: new NodeRows((sql) => prepare(db, sql), 'hearsay_') };
}

test('nodes that share a log find each other until they leave', async () => {
  const path = temporaryPath();
  const [one, two] = [await openLog(path), await openLog(path)];
  await one.discovery.announce?.(self('one'));
  await two.discovery.announce?.(self('two', '00000000000000bb', ['[::1]:7000', 'two.test:7000']));
  const found = await one.discovery.discover();
  expect(found.toSorted((a, b) => String(a.node).localeCompare(String(b.node)))).toEqual([
    self('one'),
    self('two', '00000000000000bb', ['[::1]:7000', 'two.test:7000']),
  ]);
  await two.discovery.withdraw?.(self('two', '00000000000000bb'));
  expect(await two.discovery.discover()).toEqual([self('one')]);
});

test('an announcement again replaces the addresses', async () => {
  const { discovery } = await openLog(temporaryPath());
  await discovery.announce?.(self('one'));
  await discovery.announce?.(self('one', '00000000000000aa', ['new:1']));
  expect(await discovery.discover()).toEqual([self('one', '00000000000000aa', ['new:1'])]);
});

test('a row that is not renewed is no longer found, whichever clock was ahead', () => {
  const { rows } = nodeRows();
  const nowMs = 1_000_000_000;
  rows.announce(self('old'), nowMs - WINDOW_MS - 1, WINDOW_MS);
  rows.announce(self('ahead'), nowMs + WINDOW_MS + 1, WINDOW_MS);
  rows.announce(self('edge'), nowMs - WINDOW_MS, WINDOW_MS);
  expect(rows.recent(nowMs, WINDOW_MS)).toEqual([self('edge')]);
});

test('rows of the long dead are dropped by the next announcement; leases stay (S5)', () => {
  const { db, rows } = nodeRows();
  const nowMs = 1_000_000_000;
  db.exec("INSERT INTO hearsay_lease VALUES ('dead', '00000000000000aa', 1, 1000)");
  rows.announce(self('dead'), nowMs, WINDOW_MS);
  rows.announce(self('silent'), nowMs + 1, WINDOW_MS);
  rows.announce(self('live'), nowMs + 10 * WINDOW_MS + 1, WINDOW_MS);
  const left = db.prepare('SELECT node FROM hearsay_node ORDER BY node').all();
  expect(left.map((row) => row['node'])).toEqual(['live', 'silent']);
  expect(db.prepare('SELECT node FROM hearsay_lease').all()).toHaveLength(1);
});

test('rows that no node can have written are left out', () => {
  const { db, rows } = nodeRows();
  const insert = db.prepare('INSERT INTO hearsay_node VALUES (?, ?, ?, 0)');
  const epoch = '00000000000000aa';
  insert.run('bad name', epoch, '["a:1"]');
  insert.run('no-epoch', 'x', '["a:1"]');
  insert.run('no-json', epoch, '[');
  insert.run('no-list', epoch, '{"0":"a:1"}');
  insert.run('no-text', epoch, '[1]');
  insert.run('nothing', epoch, '[]');
  insert.run('too-long', epoch, JSON.stringify(['a'.repeat(LIMITS.addressCharsMax + 1)]));
  insert.run('good', epoch, '["a:1"]');
  expect(rows.recent(0, WINDOW_MS)).toEqual([self('good', epoch, ['a:1'])]);
});

test(`at most ${NODES_MAX} nodes are found, the latest renewed ones`, () => {
  const { rows } = nodeRows();
  for (let i = 0; i <= NODES_MAX; i++) rows.announce(self(`n${i}`), i, WINDOW_MS);
  const found = rows.recent(NODES_MAX, WINDOW_MS);
  expect(found).toHaveLength(NODES_MAX);
  expect(found.some(({ node }) => node === 'n0')).toBe(false);
});

test('an announcement that others would refuse is refused here', async () => {
  const { discovery } = await openLog(temporaryPath());
  const many = (count: number) => Array.from({ length: count }, (_, i) => `h${i}:1`);
  const long = (chars: number) => ['a'.repeat(chars)];
  const epoch = '00000000000000aa';
  await discovery.announce?.(self('a', epoch, many(LIMITS.addressesPerNodeMax)));
  await discovery.announce?.(self('b', epoch, long(LIMITS.addressCharsMax)));
  for (const addresses of [
    [],
    many(LIMITS.addressesPerNodeMax + 1),
    long(LIMITS.addressCharsMax + 1),
    [''],
  ])
    await expect(discovery.announce?.(self('c', epoch, addresses))).rejects.toThrow(
      ConfigInvalidError,
    );
  await expect(discovery.announce?.(self('bad name'))).rejects.toThrow(NameInvalidError);
  expect(await discovery.discover()).toHaveLength(2);
});
