import type { NodeName } from '@hearsay/spi';
import { originOf } from '@hearsay/testkit';
import { expect, test } from 'vitest';
import { AddressBook } from '../../src/discovery/address-book.js';

const b = originOf('b');
const SHARED = '172.17.0.1:7946';

test('what dialling taught is forgotten with the link', () => {
  const book = new AddressBook();
  book.update([], [{ peer: b, addresses: [] }], 0);
  book.learn('x:1', b, 0);
  expect(book.leadsTo('x:1')).toEqual(b);
  expect(book.linkedTo({ addresses: ['x:1'] })).toEqual(b);
  book.update([], [{ peer: originOf('b'), addresses: [] }], 1);
  expect(book.leadsTo('x:1')).toBeUndefined();
});

test('that a name led back here is believed for thirty seconds', () => {
  const book = new AddressBook();
  book.learn('me.example:1', 'self', 1_000);
  book.update([], [], 30_999);
  expect(book.leadsTo('me.example:1')).toBe('self');
  book.update([], [], 31_000);
  expect(book.leadsTo('me.example:1')).toBeUndefined();
});

test('an address that this node has too says nothing of who else announces it', () => {
  const book = new AddressBook();
  book.update([SHARED], [{ peer: b, addresses: [SHARED, '10.0.0.2:7946'] }], 0);
  expect(book.linkedTo({ addresses: [SHARED, '10.0.0.3:7946'] })).toBeUndefined();
  expect(book.linkedTo({ addresses: [SHARED, '10.0.0.2:7946'] })).toEqual(b);
});

test('a name is linked by name, never by an address that another took over', () => {
  const book = new AddressBook();
  book.update([], [{ peer: b, addresses: ['10.0.0.2:1'] }], 0);
  const c = 'c' as NodeName;
  expect(book.linkedTo({ node: c, addresses: ['10.0.0.2:1'] })).toBeUndefined();
  expect(book.linkedTo({ ...b, addresses: [] })).toEqual(b);
  expect(book.linkedTo({ node: b.node, addresses: [] })).toEqual(b);
  expect(book.linkedTo({ ...originOf('b'), addresses: [] })).toBeUndefined();
});

test('what was learnt is bounded: beyond 4,096 the oldest goes', () => {
  const book = new AddressBook();
  for (let i = 0; i < 4_096; i++) book.learn(`h${i}:1`, 'self', 0);
  expect(book.leadsTo('h0:1')).toBe('self');
  book.learn('one-more:1', 'self', 0);
  expect(book.leadsTo('h0:1')).toBeUndefined();
  expect(book.leadsTo('h1:1')).toBe('self');
});
