import { expect, test } from 'vitest';
import { RecentlySeen } from '../../src/discovery/recently-seen.js';

const node = (address: string) => ({ addresses: [address] });

test('who is not seen again is forgotten after the time given', () => {
  const seen = new RecentlySeen(10, 100);
  seen.see('a', node('a:1'), 0);
  seen.see('b', node('b:1'), 0);
  seen.see('a', node('a:2'), 50);
  expect(seen.nodes(99)).toEqual([node('a:2'), node('b:1')]);
  expect(seen.nodes(100)).toEqual([node('a:2')]);
  expect(seen.nodes(150)).toEqual([]);
});

test('whoever comes when it is full is ignored until another is forgotten', () => {
  const seen = new RecentlySeen(2, 100);
  seen.see('a', node('a:1'), 0);
  seen.see('b', node('b:1'), 10);
  seen.see('c', node('c:1'), 20);
  seen.see('b', node('b:2'), 20);
  expect(seen.nodes(20)).toEqual([node('a:1'), node('b:2')]);
  seen.see('c', node('c:1'), 100);
  expect(seen.nodes(100)).toEqual([node('b:2'), node('c:1')]);
});
