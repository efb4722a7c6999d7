import type { MemberMetadata } from '@hearsay/spi';
import { afterEach, describe, expect, test } from 'vitest';
import type { Hearsay, HearsayOptions } from '../src/index.js';
import { LOG_METADATA } from '../src/poll-sharing.js';
import { cleanUp, coherent, database, put, start } from './service.js';

afterEach(cleanUp);

const TTL = { ttlMs: 60_000 };
const NAMES = ['a', 'b', 'c', 'd', 'e'];

/** Nodes over one file and one mesh, each with a cache of the scope `item`. */
async function cluster(
  options: (name: string) => Partial<HearsayOptions> = () => ({}),
): Promise<{ nodes: Hearsay[]; db: ReturnType<ReturnType<typeof database>['connect']> }> {
  const { path, connect } = database();
  const nodes: Hearsay[] = [];
  for (const node of NAMES) {
    const made = await start({ node, log: { sqlite: path }, ...options(node) });
    made.cache('item', TTL);
    nodes.push(made);
  }
  await coherent(...nodes);
  return { nodes, db: connect() };
}

/** Waits for something that no event tells of, such as a counter. */
async function until(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function followers(node: Hearsay): string[] {
  return node
    .members()
    .filter(({ state, metadata }) => state === 'alive' && metadata[LOG_METADATA] !== undefined)
    .map(({ origin }) => origin.node);
}

function asks(node: Hearsay): boolean {
  return node.status().counters.pollsShared > 0;
}

describe('five nodes that follow one log (F6)', () => {
  test('are proven by the polls of two of them, and each other’s writes are applied', async () => {
    const { nodes, db } = await cluster();
    await until(() => nodes.filter(asks).length === 3, 'three of them ask');
    const askers = nodes.filter(asks);
    const sum = (of: readonly Hearsay[], counter: 'polls' | 'pollsShared' | 'pollsForOthers') =>
      of.reduce((all, node) => all + node.status().counters[counter], 0);
    const before = { polls: sum(askers, 'polls'), shared: sum(askers, 'pollsShared') };
    await until(() => sum(askers, 'pollsShared') >= before.shared + 12, 'they have asked on');
    expect(sum(askers, 'polls') - before.polls).toBeLessThan(
      sum(askers, 'pollsShared') - before.shared,
    );
    expect(sum(nodes, 'pollsForOthers')).toBeGreaterThanOrEqual(sum(askers, 'pollsShared'));
    const [writer, ...others] = nodes as [Hearsay, ...Hearsay[]];
    const { token } = await writer.write(db, (tx) => {
      put(db, 'k', 'new');
      tx.invalidate('item', { key: 'k' });
    });
    for (const node of others) expect(await node.reached(token)).toBe(true);
  });

  test('go on when the two that poll are gone: somebody else does', async () => {
    const { nodes } = await cluster();
    await until(() => nodes.filter(asks).length === 3, 'three of them ask');
    const left = nodes.filter(asks);
    for (const node of nodes) if (!asks(node)) await node.close();
    const polls = left.map((node) => node.status().counters.polls);
    // Three are too few to share: each polls for itself.
    await until(
      () => left.every((node, i) => node.status().counters.polls >= (polls[i] ?? 0) + 2),
      'each of the others polls',
    );
  });
});

describe('who takes no part', () => {
  test('a node that does not want to: it asks nobody, and nobody asks it', async () => {
    const { nodes } = await cluster((node) => (node === 'c' ? { poll: { share: false } } : {}));
    const [a] = nodes as [Hearsay];
    await until(() => followers(a).length === 4, 'the others follow the log');
    expect(followers(a)).toEqual(['a', 'b', 'd', 'e']);
    for (const node of nodes) expect(node.status().counters).toMatchObject({ pollsForOthers: 0 });
  });

  test('a node without the log', async () => {
    const { nodes } = await cluster();
    const [a] = nodes as [Hearsay];
    const without = await start({ node: 'f', mesh: { peers: [...a.status().addresses] } });
    await coherent(without);
    await until(() => nodes.filter(asks).length === 3, 'three of the others ask');
    expect(followers(without)).toEqual(NAMES);
    const { pollsShared, pollsNotShared, pollsForOthers } = without.status().counters;
    expect([pollsShared, pollsNotShared, pollsForOthers]).toEqual([0, 0, 0]);
  });

  test('a node that says so much of itself that there is no room for the log', async () => {
    const full: MemberMetadata = Object.fromEntries(
      NAMES.concat('fghijklmnop'.split('')).map((key) => [key, 'v']),
    );
    const { nodes } = await cluster((node) => (node === 'c' ? { mesh: { metadata: full } } : {}));
    const [a] = nodes as [Hearsay];
    await until(() => followers(a).length === 4, 'the others follow the log');
    expect(nodes[2]?.localMember()?.metadata).toEqual(full);
  });
});

test('what the service says of itself stays beside the log, and the log beside what it says later', async () => {
  const { path } = database();
  const a = await start({
    node: 'a',
    log: { sqlite: path },
    mesh: { metadata: { zone: 'north' } },
  });
  const logId = () => a.localMember()?.metadata[LOG_METADATA];
  await until(() => logId() !== undefined, 'the log is told');
  expect(a.localMember()?.metadata).toEqual({ zone: 'north', [LOG_METADATA]: logId() });
  a.updateMetadata({ zone: 'south' });
  await until(() => logId() !== undefined, 'the log is told again');
  expect(a.localMember()?.metadata).toEqual({ zone: 'south', [LOG_METADATA]: logId() });
});
