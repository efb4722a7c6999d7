import { ConfigInvalidError, NameInvalidError } from '@hearsay/spi';
import { describe, expect, test } from 'vitest';
import { ADMIN_LIMITS, type AdminOptions, checkAdminOptions, valueDigest } from '../src/index.js';

const TOKEN = 't'.repeat(ADMIN_LIMITS.tokenCharsMin);

describe('the options', () => {
  test('are a place on loopback without a token unless they say otherwise', () => {
    expect(checkAdminOptions({})).toEqual({
      place: { kind: 'tcp', host: '127.0.0.1', port: 7947 },
      token: undefined,
      hosts: [],
      scopes: [],
      digest: valueDigest,
      tracing: undefined,
    });
    expect(checkAdminOptions({ listen: false }).place).toEqual({ kind: 'none' });
    expect(checkAdminOptions({ unixSocket: '/a' }).place).toEqual({ kind: 'unix', path: '/a' });
  });

  test.each(['127.0.0.1:0', '127.8.9.10:65535', 'localhost:1', '[::1]:1'])(
    '%s is loopback and needs no token',
    (listen) => {
      expect(checkAdminOptions({ listen }).token).toBeUndefined();
    },
  );

  test.each(['0.0.0.0:1', '[::]:1', '10.0.0.1:1', 'node-1.internal:1', 'localhost.example:1'])(
    '%s is open to other machines: an error without a token',
    (listen) => {
      expect(() => checkAdminOptions({ listen })).toThrow(/admin\.token/);
      expect(checkAdminOptions({ listen, token: TOKEN }).token).toBe(TOKEN);
    },
  );

  test.each<[string, AdminOptions]>([
    ['admin.listen', { listen: '' }],
    ['admin.listen', { listen: '127.0.0.1' }],
    ['admin.listen', { listen: '127.0.0.1:65536' }],
    ['admin.listen', { listen: '[127.0.0.1]:1' }],
    ['admin.listen', { listen: 'http://127.0.0.1:1' }],
    ['admin.unixSocket', { listen: '127.0.0.1:1', unixSocket: '/a' }],
    ['admin.unixSocket', { unixSocket: '' }],
    ['admin.unixSocket', { unixSocket: `/${'a'.repeat(107)}` }],
    ['admin.token', { token: 't'.repeat(ADMIN_LIMITS.tokenCharsMin - 1) }],
    ['admin.token', { token: 't'.repeat(ADMIN_LIMITS.tokenCharsMax + 1) }],
    ['admin.token', { token: `${TOKEN} ` }],
    ['admin.token', { token: `${TOKEN}\n` }],
    ['admin.hosts', { hosts: ['a:1'] }],
    ['admin.hosts', { hosts: Array(65).fill('a') }],
    ['admin.digest', { digest: 'sha256' } as never],
    ['admin.typo', { typo: 1 } as never],
  ])('what is wrong with %s is named', (field, options) => {
    expect(() => checkAdminOptions(options)).toThrow(ConfigInvalidError);
    expect(() => checkAdminOptions(options)).toThrow(field);
  });

  test('count the name that is listened on among the hosts', () => {
    expect(checkAdminOptions({ listen: 'Node-1.internal:1', token: TOKEN }).hosts).toEqual([
      'node-1.internal',
    ]);
    expect(checkAdminOptions({ listen: '0.0.0.0:1', token: TOKEN }).hosts).toEqual([]);
  });

  test('at their limits pass', () => {
    const token = 't'.repeat(ADMIN_LIMITS.tokenCharsMax);
    const unixSocket = `/${'a'.repeat(106)}`;
    const hosts = Array(64).fill('A-b_c.example');
    expect(checkAdminOptions({ token, unixSocket, hosts }).hosts[63]).toBe('a-b_c.example');
  });

  test('no error shows the token', () => {
    const token = 'too secret to show ';
    expect(() => checkAdminOptions({ token })).toThrow(/^(?!.*secret)/);
    expect(() => checkAdminOptions({ scopes: ['NO'] })).toThrow(NameInvalidError);
  });
});
