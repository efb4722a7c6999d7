import { openSqliteLog } from '@hearsay/version-log';
import { afterEach, expect, test } from 'vitest';
import { cleanLater, cleanUp, database, event, put, read, start } from './service.js';
import { MovableClock } from './strict-service.js';

afterEach(cleanUp);

test('a proof does not count before all is dropped that it relies on, also for listeners (B)', async () => {
  const { path, connect } = database();
  const [db, other] = [connect(), connect()];
  const clock = new MovableClock();
  const poll = { intervalMs: 600_000 };
  const node = await start({ node: 'n', log: { sqlite: path }, mesh: false, clock, poll });
  const bounded = { ttlMs: 600_000, consistency: { boundedMs: 5000 } } as const;
  const [first, second] = ['first', 'second'].map((scope) => node.cache<string>(scope, bounded));
  if (!first || !second) throw new Error('both are open');
  while (node.status().scopes.some(({ resets }) => resets === 0)) await event(node, 'reset');
  put(db, 'k', 'old');
  for (const cache of [first, second]) await cache.getOrLoad('k', () => read(other, 'k'));

  const log = await openSqliteLog({ path });
  cleanLater(() => log.close());
  await log.write(db, { node: 'm' as never, epoch: '00000000000000aa' as never }, (tx) => {
    put(db, 'k', 'new');
    for (const scope of ['first', 'second']) tx.invalidate(scope, { key: 'k' });
  });
  clock.advance(10_000);
  const seen: (string | undefined)[] = [];
  node.on('applied', () => seen.push(first.get('k'), second.get('k')));
  expect(await first.getOrLoad('k', () => read(other, 'k'))).toBe('new');
  expect(seen).toEqual([undefined, undefined, undefined, undefined]);
});
