import { type Announcement, type Origin, originId, type Sequence } from '@hearsay/spi';
import { type EventRun, MESSAGE_LIMITS, type SequenceRange } from './message.js';

/** The events of one origin. Mostly there is one, which needs no map. */
class OriginJournal {
  readonly origin: Origin;
  newest = 0;
  #newest: Announcement | undefined;
  /** The newest event has left the ring and is kept only so that its head can be backed. */
  #isPinned = false;
  /** All but the newest. */
  #older: Map<number, Announcement> | undefined;

  constructor(origin: Origin) {
    this.origin = origin;
  }

  get(sequence: number): Announcement | undefined {
    return sequence === this.newest ? this.#newest : this.#older?.get(sequence);
  }

  has(sequence: number): boolean {
    return this.get(sequence) !== undefined;
  }

  /** Ascending. */
  sequences(): number[] {
    const older = this.#older ? [...this.#older.keys()].sort((a, b) => a - b) : [];
    return this.newest > 0 ? [...older, this.newest] : older;
  }

  add(sequence: number, announcement: Announcement): void {
    if (sequence < this.newest) {
      this.#keep(sequence, announcement);
      return;
    }
    if (this.#newest && !this.#isPinned) this.#keep(this.newest, this.#newest);
    this.newest = sequence;
    this.#newest = announcement;
    this.#isPinned = false;
  }

  /** It has left the ring. */
  release(sequence: number): void {
    if (sequence === this.newest) this.#isPinned = true;
    else if (this.#older?.delete(sequence) && this.#older.size === 0) this.#older = undefined;
  }

  #keep(sequence: number, announcement: Announcement): void {
    this.#older ??= new Map();
    this.#older.set(sequence, announcement);
  }
}

/** What of a pull is answered, see {@link Journal.read}. */
export interface JournalAnswer {
  readonly runs: EventRun[];
  readonly missing: SequenceRange[];
  /** About what the runs take. */
  readonly bytes: number;
}

export interface JournalOptions {
  readonly journalEventsMax: number;
  readonly journalBytesMax: number;
}

/** What one event costs in a frame at most: UTF-8 needs at most three bytes per UTF-16 unit. */
export function eventBytes(announcement: Announcement): number {
  return 96 + announcement.scope.length + announcement.target.key.length * 3;
}

/**
 * The recent events of everyone, oldest forgotten first. The newest event of an origin outlives
 * that for as long as the origin is known, because a head is believed only with an event behind it
 * (rule F8).
 */
export class Journal {
  readonly #origins = new Map<string, OriginJournal>();
  readonly #options: JournalOptions;
  /** A queue in arrival order; `#first` is the index of the oldest. */
  #ring: { id: string; sequence: number; bytes: number }[] = [];
  #first = 0;
  #bytes = 0;

  constructor(options: JournalOptions) {
    this.#options = options;
  }

  /** Events in the ring, those of forgotten origins included; one pinned per origin comes on top. */
  get events(): number {
    return this.#ring.length - this.#first;
  }

  get origins(): number {
    return this.#origins.size;
  }

  add(origin: Origin, sequence: number, announcement: Announcement): void {
    const id = originId(origin);
    const journal = this.#origins.get(id) ?? this.#enter(id, origin);
    if (journal.has(sequence)) return;
    journal.add(sequence, announcement);
    const bytes = eventBytes(announcement);
    this.#ring.push({ id, sequence, bytes });
    this.#bytes += bytes;
    this.#shrink();
  }

  /** Its events leave the ring in their turn. */
  forget(id: string): void {
    this.#origins.delete(id);
  }

  /**
   * Reads until the budget or a message is full; at least one event if one is held.
   * @returns for the beginning of the ranges, in their order: the runs held, and what is not held.
   *   What is in neither is to be asked for again.
   */
  read(ranges: readonly SequenceRange[], budgetBytes: number): JournalAnswer {
    const answer = new Answer(budgetBytes);
    const sorted = new Map<OriginJournal, number[]>();
    for (const range of ranges) {
      const journal = this.#origins.get(originId(range.origin));
      if (!readRange(range, journal, sorted, answer)) break;
    }
    const { runs, missing } = answer;
    return { runs, missing, bytes: answer.bytes };
  }

  #enter(id: string, origin: Origin): OriginJournal {
    const journal = new OriginJournal(origin);
    this.#origins.set(id, journal);
    return journal;
  }

  #shrink(): void {
    const { journalEventsMax, journalBytesMax } = this.#options;
    while (this.events > journalEventsMax || this.#bytes > journalBytesMax) {
      const oldest = this.#ring[this.#first];
      if (!oldest) return;
      this.#first++;
      this.#bytes -= oldest.bytes;
      this.#origins.get(oldest.id)?.release(oldest.sequence);
    }
    if (this.#first > 1024 && this.#first * 2 > this.#ring.length) {
      this.#ring = this.#ring.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** @returns whether the answer has room left */
function readRange(
  range: SequenceRange,
  journal: OriginJournal | undefined,
  sorted: Map<OriginJournal, number[]>,
  answer: Answer,
): boolean {
  let next: number = range.from;
  for (const sequence of journal ? heldIn(journal, range, sorted) : []) {
    const announcement = journal?.get(sequence);
    if (!announcement) continue;
    if (sequence > next && !answer.lacks(range.origin, next, sequence - 1)) return false;
    if (!answer.holds(range.origin, sequence, announcement)) return false;
    next = sequence + 1;
  }
  return next > range.to || answer.lacks(range.origin, next, range.to);
}

/** Walks the smaller side: a range may claim far more sequences than any journal holds. */
function heldIn(
  journal: OriginJournal,
  { from, to }: SequenceRange,
  sorted: Map<OriginJournal, number[]>,
): number[] {
  if (to - from < 64) {
    const few = Array.from({ length: to - from + 1 }, (_, i) => from + i);
    return few.filter((sequence) => journal.has(sequence));
  }
  const all = sorted.get(journal) ?? journal.sequences();
  sorted.set(journal, all);
  return all.slice(lowerBound(all, from), lowerBound(all, to + 1));
}

/** @returns the index of the first that is not below `sequence` */
function lowerBound(ascending: readonly number[], sequence: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? sequence) < sequence) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The answer to one pull, within the limits of its messages. */
class Answer {
  readonly runs: EventRun[] = [];
  readonly missing: SequenceRange[] = [];
  #run: { origin: Origin; first: number; announcements: Announcement[] } | undefined;
  readonly #budgetBytes: number;
  bytes = 0;
  #events = 0;

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  /** @returns `false`, and nothing is taken, when there is no room */
  holds(origin: Origin, sequence: number, announcement: Announcement): boolean {
    const bytes = eventBytes(announcement);
    // One event is always sent, so that every pull brings something.
    if (this.#events > 0 && this.bytes + bytes > this.#budgetBytes) return false;
    if (this.#events >= MESSAGE_LIMITS.eventsMax) return false;
    const run = this.#run;
    const follows = run?.origin === origin && run.first + run.announcements.length === sequence;
    if (follows) run.announcements.push(announcement);
    else if (!this.#begin(origin, sequence, announcement)) return false;
    this.bytes += bytes;
    this.#events++;
    return true;
  }

  /** @returns `false`, and nothing is taken, when there is no room */
  lacks(origin: Origin, from: number, to: number): boolean {
    if (this.missing.length >= MESSAGE_LIMITS.pullRangesMax) return false;
    this.missing.push({ origin, from: from as Sequence, to: to as Sequence });
    return true;
  }

  #begin(origin: Origin, sequence: number, announcement: Announcement): boolean {
    if (this.runs.length >= MESSAGE_LIMITS.runsMax) return false;
    const first = sequence as Sequence;
    const run = { origin, first, announcements: [announcement] };
    this.runs.push(run);
    this.#run = run;
    return true;
  }
}
