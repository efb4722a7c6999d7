import { createHash, randomBytes } from 'node:crypto';
import { ADMISSION_LIMITS } from '@hearsay/wire';
import { describe, expect, test } from 'vitest';
import { ClusterKeyInvalidError, KeyringChangeRefusedError } from '../src/index.js';
import { Keyring } from '../src/keyring.js';

const [A, B, C] = ['a1', 'b2', 'c3'].map((byte) => byte.repeat(32)) as [string, string, string];

function fingerprint(key: string): string {
  return createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex').slice(0, 8);
}

test('keys are listed by fingerprint alone, the primary one first', () => {
  const ring = new Keyring([A, B]);
  expect(ring.list()).toEqual([A, B].map(fingerprint));
  ring.add(C);
  ring.use(B);
  expect(ring.list()).toEqual([B, A, C].map(fingerprint));
  ring.remove(A);
  expect(ring.list()).toEqual([B, C].map(fingerprint));
});

test('a key in capitals is the same key, and adding it again changes nothing', () => {
  const ring = new Keyring([A, B]);
  ring.add(A.toUpperCase());
  expect(ring.list()).toHaveLength(2);
});

test('a ring holds eight keys and refuses the ninth', () => {
  const keys = Array.from({ length: 9 }, () => randomBytes(32).toString('hex'));
  const ring = new Keyring(keys.slice(0, 8));
  expect(() => ring.add(keys[8] as string)).toThrow(KeyringChangeRefusedError);
  expect(ring.list()).toEqual(keys.slice(0, 8).map(fingerprint));
  expect(() => new Keyring(keys)).toThrow(KeyringChangeRefusedError);
});

describe('a change that cannot be made is refused, and the ring stays as it was', () => {
  const changes: [string, (ring: Keyring) => void, new (message: string) => Error][] = [
    ['using a key that is not in it', (ring) => ring.use(C), KeyringChangeRefusedError],
    ['removing a key that is not in it', (ring) => ring.remove(C), KeyringChangeRefusedError],
    ['removing the primary key', (ring) => ring.remove(A), KeyringChangeRefusedError],
    ['adding what is no key', (ring) => ring.add('a1'), ClusterKeyInvalidError],
    [
      'adding zeros, which everyone knows',
      (ring) => ring.add('0'.repeat(64)),
      ClusterKeyInvalidError,
    ],
  ];
  test.each(changes)('%s', (_, change, error) => {
    const ring = new Keyring([A, B]);
    expect(() => change(ring)).toThrow(error);
    expect(ring.list()).toEqual([A, B].map(fingerprint));
  });

  test('adding a key to a mesh without one', () => {
    const ring = new Keyring([]);
    expect(() => ring.add(A)).toThrow(KeyringChangeRefusedError);
    expect(ring.list()).toEqual([]);
  });
});

test('no error names a key', () => {
  const ring = new Keyring([A, B]);
  for (const change of [() => ring.use(C), () => ring.remove(C), () => ring.remove(A)])
    expect(change).toThrow(expect.not.stringMatching(/([abc])\d\1\d/) as unknown as Error);
});

test('of several common keys the first of the one who chooses is taken', () => {
  const nonce = randomBytes(24);
  const offered = new Keyring([A, B, C]).idsFor(nonce);
  const chooser = new Keyring([C, B]);
  expect(chooser.common(offered, nonce)?.fingerprint).toBe(fingerprint(C));
  chooser.use(B);
  expect(chooser.common(offered, nonce)?.fingerprint).toBe(fingerprint(B));
  expect(new Keyring(['d4'.repeat(32)]).common(offered, nonce)).toBeUndefined();
});

test('without ids the primary key is meant', () => {
  expect(new Keyring([B, A]).common([], randomBytes(24))?.fingerprint).toBe(fingerprint(B));
});

test('ids of a key differ with every nonce, and mean nothing with another', () => {
  const ring = new Keyring([A]);
  const [first, second] = [randomBytes(24), randomBytes(24)];
  expect(ring.idsFor(first)).not.toEqual(ring.idsFor(second));
  expect(ring.idsFor(first)[0]).toHaveLength(ADMISSION_LIMITS.keyIdBytes);
  expect(ring.common(ring.idsFor(first), second)).toBeUndefined();
});

test('who watches is told of a key once it is gone', () => {
  const ring = new Keyring([A, B]);
  const gone: unknown[] = [];
  ring.onRemoved((key) => gone.push([key.fingerprint, ring.has(key)]));
  ring.remove(B);
  expect(gone).toEqual([[fingerprint(B), false]]);
});
