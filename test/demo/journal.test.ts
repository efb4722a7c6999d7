import { expect, test } from 'vitest';
import { Journal } from './journal.ts';

test('a journal answers again what was not confirmed, and forgets what was', () => {
  const journal = new Journal();
  journal.add(['coherence', 1, 'alone']);
  const first = journal.after(0);
  expect(first.entries).toHaveLength(1);
  expect(journal.after(0).entries).toEqual(first.entries);
  journal.add(['coherence', 2, 'coherent']);
  const second = journal.after(first.next);
  expect(second.entries).toEqual([['coherence', 2, 'coherent']]);
  expect(journal.after(second.next).entries).toEqual([]);
  expect(journal.after(0).next).toBe(second.next);
});
