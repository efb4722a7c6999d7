import { type Logger, LogUnavailableError, MemberUnreachableError } from '@hearsay/spi';
import { CommitUncertainError, LogSchemaNewerError, openSqliteLog } from '@hearsay/version-log';
import { afterEach, describe, expect, test } from 'vitest';
import { ScopeUnknownError } from '../../src/index.js';
import { failureOf } from '../../src/server/failures.js';
import { addressOf, atCleanUp, call, cleanUp, logPath, post, start } from '../node.js';

afterEach(cleanUp);

function loggerOf() {
  const errors: unknown[] = [];
  const error = (fields: object) => void errors.push(fields);
  const nothing = () => undefined;
  const logger: Logger = { debug: nothing, info: nothing, warn: nothing, error };
  return { errors, logger };
}

describe('what a request fails with', () => {
  test.each([
    [new ScopeUnknownError('x'), 404, 'HEARSAY_SCOPE_UNKNOWN'],
    [new LogUnavailableError('x'), 503, 'HEARSAY_LOG_UNAVAILABLE'],
    [new CommitUncertainError('x', []), 503, 'HEARSAY_COMMIT_UNCERTAIN'],
    [new MemberUnreachableError('x'), 504, 'HEARSAY_MEMBER_UNREACHABLE'],
    [Object.assign(new Error('x'), { statusCode: 413 }), 413, 'HEARSAY_BODY_TOO_LARGE'],
    [Object.assign(new Error('x'), { statusCode: 415 }), 415, 'HEARSAY_MEDIA_TYPE_UNSUPPORTED'],
    [Object.assign(new Error('x'), { statusCode: 422 }), 400, 'HEARSAY_REQUEST_INVALID'],
  ])('%s is told with its status and code, and is no news for the log', (error, status, code) => {
    const { errors, logger } = loggerOf();
    expect(failureOf(error, logger)).toMatchObject({ status, body: { error: { code } } });
    expect(errors).toEqual([]);
  });

  test('an error of ours that no caller can help is told too, and logged', () => {
    const { errors, logger } = loggerOf();
    const { status, body } = failureOf(new LogSchemaNewerError('newer'), logger);
    expect([status, body.error]).toEqual([
      500,
      { code: 'HEARSAY_LOG_SCHEMA_NEWER', message: 'newer' },
    ]);
    expect(errors).toHaveLength(1);
  });

  test.each([
    new Error('password=1'),
    Object.assign(new Error('password=1'), { statusCode: 503 }),
    'password=1',
    undefined,
  ])('of %s nothing is told, all is logged', (error) => {
    const { errors, logger } = loggerOf();
    const { status, body } = failureOf(error, logger);
    expect([status, body.error.code]).toEqual([500, 'HEARSAY_ADMIN_INTERNAL']);
    expect(JSON.stringify(body)).not.toContain('password');
    expect(errors).toEqual([{ err: error }]);
  });

  test('a message is one line of bounded length, whatever it holds', () => {
    const error = new ScopeUnknownError(`a\r\nb\n\tc${'x'.repeat(10_000)}`);
    const { message } = failureOf(error, loggerOf().logger).body.error;
    expect(message).toMatch(/^a b cx+$/);
    expect(message).toHaveLength(500);
  });
});

test('an invalidation that the log does not take is 503, and was announced as a hint (L2)', async () => {
  const log = await openSqliteLog({ path: logPath() });
  atCleanUp(() => log.close());
  const append = async () => {
    throw new LogUnavailableError('the database is away');
  };
  const broken = new Proxy(log, {
    get: (target, name) => {
      if (name === 'append') return append;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const admin = { listen: '127.0.0.1:0', scopes: ['item'] };
  const node = await start({ node: 'a', log: broken, mesh: false, admin });
  const body = { scope: 'item', targets: [{ key: 'k' }] };
  const answer = await post(addressOf(node), '/v1/invalidate', body);
  expect(answer.status).toBe(503);
  expect(answer.json.error.code).toBe('HEARSAY_LOG_UNAVAILABLE');
  const { json } = await call(addressOf(node), '/v1/why?scope=item&key=k');
  expect(json.nodes[0].drops[0]).toMatchObject({ kind: 'key', via: 'local', version: null });
});
