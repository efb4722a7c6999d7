import { LogUnavailableError, openSqliteLog } from '@hearsay/embed';
import { afterEach, expect, test } from 'vitest';
import { addressOf, atCleanUp, call, cleanUp, logPath, start, until } from '../node.js';

afterEach(cleanUp);

test('/readyz turns to 503 with reasons before a bound breaks, and back (invariant H)', async () => {
  const log = await openSqliteLog({ path: logPath() });
  atCleanUp(() => log.close());
  let isOut = false;
  const poll: typeof log.poll = async (request) => {
    if (isOut) throw new LogUnavailableError('pulled out by the test');
    return log.poll(request);
  };
  const source = new Proxy(log, {
    get: (target, name) => {
      if (name === 'poll') return poll;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const node = await start({
    ...{ node: 'a', log: source, mesh: false, poll: { intervalMs: 20 } },
    admin: { listen: '127.0.0.1:0' },
  });
  node.cache('item', { ttlMs: 60_000, consistency: { boundedMs: 1_000 } });
  const ready = () => call(addressOf(node), '/readyz');
  const turnsTo = async (status: number) => {
    let answer = await ready();
    while (answer.status !== status) answer = await ready();
    return answer;
  };
  expect((await turnsTo(200)).json).toEqual({ ready: true, reasons: [] });
  isOut = true;
  const { json } = await turnsTo(503);
  expect(json).toMatchObject({ ready: false, reasons: [{ scope: 'item', kind: 'proof-old' }] });
  const [scope] = (await call(addressOf(node), '/v1/scopes')).json.scopes;
  expect(scope.freshForMs).toBeGreaterThan(0);
  isOut = false;
  expect((await turnsTo(200)).json.reasons).toEqual([]);
  await until(() => node.status().ready);
});
