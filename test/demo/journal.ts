import { nowUs } from './clock.ts';
import type { JournalAnswer, JournalEntry } from './messages.ts';

/** Entries kept for an observer that is late. */
const ENTRIES_MAX = 100_000;

/** What happened in one service, numbered, until the observer has fetched it. */
export class Journal {
  #first = 0;
  #entries: JournalEntry[] = [];

  add(entry: JournalEntry): void {
    this.#entries.push(entry);
    if (this.#entries.length > ENTRIES_MAX) this.#forget(this.#first + ENTRIES_MAX / 2);
  }

  /** Forgets what was fetched before. @param after the last answer's `next`, 0 at first */
  after(after: number): Pick<JournalAnswer, 'untilUs' | 'next' | 'entries'> {
    this.#forget(after);
    const entries = [...this.#entries];
    return { untilUs: nowUs(), next: this.#first + entries.length, entries };
  }

  #forget(before: number): void {
    const count = Math.min(Math.max(before - this.#first, 0), this.#entries.length);
    this.#entries = this.#entries.slice(count);
    this.#first += count;
  }
}
