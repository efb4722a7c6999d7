import type { Logger } from '@hearsay/spi';
import { afterEach, describe, expect, test } from 'vitest';
import { RequestForeignError } from '../../src/index.js';
import { Access } from '../../src/server/access.js';
import { addressOf, call, cleanUp, logPath, post, startNode } from '../node.js';

afterEach(cleanUp);

const KEY = '0123456789abcdef'.repeat(4);
const OTHER_KEY = 'fedcba9876543210'.repeat(4);
const SECRET = /0123456789abcdef0123|fedcba9876543210fedc/;

describe('the keyring', () => {
  test('is rotated in three rounds, shows fingerprints and never a key', async () => {
    const lines: string[] = [];
    const note = (fields: object, message: string) =>
      void lines.push(JSON.stringify(fields) + message);
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    const mesh = { listen: '127.0.0.1:0', clusterKey: KEY };
    const node = await startNode('a', logPath(), { mesh, logger });
    const to = addressOf(node);
    const [first] = (await call(to, '/v1/keys')).json.keys;
    expect(first).toMatchObject({
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/),
      primary: true,
    });
    const added = await post(to, '/v1/keys/add', { key: OTHER_KEY });
    expect(added.json.keys.map((key: { primary: boolean }) => key.primary)).toEqual([true, false]);
    const early = await post(to, '/v1/keys/remove', { key: KEY });
    expect(early.status).toBe(409);
    expect(early.json.error.code).toBe('HEARSAY_KEYRING_CHANGE_REFUSED');
    await post(to, '/v1/keys/use', { key: OTHER_KEY });
    const removed = await post(to, '/v1/keys/remove', { key: KEY });
    expect(removed.json.keys).toHaveLength(1);
    expect(removed.json.keys[0].fingerprint).not.toBe(first.fingerprint);
    expect(lines.filter((line) => line.includes('cluster key was changed'))).toHaveLength(3);
    for (const text of [added.text, early.text, removed.text, ...lines])
      expect(text).not.toMatch(SECRET);
  });

  test.each(['', 'short', 'x'.repeat(64), `${KEY}0`, '0'.repeat(64)])(
    'the key %j is refused and not repeated',
    async (key) => {
      const mesh = { listen: '127.0.0.1:0', clusterKey: KEY };
      const answer = await post(
        addressOf(await startNode('a', logPath(), { mesh })),
        '/v1/keys/add',
        {
          key,
        },
      );
      expect(answer.status).toBe(400);
      expect(answer.json.error.code).toBe('HEARSAY_CLUSTER_KEY_INVALID');
      expect(answer.text).not.toMatch(SECRET);
    },
  );

  test('of a node that has none is not offered', async () => {
    const answer = await call(
      addressOf(await startNode('a', logPath(), { mesh: false })),
      '/v1/keys',
    );
    expect(answer.status).toBe(501);
    expect(answer.json.error.code).toBe('HEARSAY_NOT_OFFERED');
  });
});

test('keys are taken from this machine only: loopback and Unix sockets', () => {
  const access = new Access(undefined, []);
  const from = (remoteAddress: string | undefined) => () =>
    access.checkLocal({ socket: { remoteAddress } } as never);
  for (const address of ['127.0.0.1', '127.1.2.3', '::1', '::ffff:127.0.0.1', undefined])
    expect(from(address)).not.toThrow();
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1', '::2'])
    expect(from(address)).toThrow(RequestForeignError);
});
