import { expect, test } from 'vitest';
import { RecentNonces } from '../src/recent-nonces.js';

test('a nonce is new once, until 1,024 others have come', () => {
  const nonces = new RecentNonces();
  const nonce = (index: number) => Uint8Array.from(Buffer.from(`nonce ${index}`));
  expect(nonces.add(nonce(0))).toBe(true);
  expect(nonces.add(nonce(0))).toBe(false);
  for (let index = 1; index < 1_024; index++) expect(nonces.add(nonce(index))).toBe(true);
  expect(nonces.add(nonce(0))).toBe(false);
  nonces.add(nonce(1_024));
  expect(nonces.add(nonce(0))).toBe(true);
});
