import { type Announcement, type Origin, originId, type Sequence } from '@hearsay/spi';
import { type EventRun, MESSAGE_LIMITS, type SequenceRange } from './message.js';
import { type Range, SequenceSet } from './sequence-set.js';

interface OriginJournal {
  readonly origin: Origin;
  readonly events: Map<number, Announcement>;
  newest: number;
  /** The newest event has left the ring and is kept only so that its head can be backed. */
  pinned: boolean;
}

export interface JournalOptions {
  readonly journalEventsMax: number;
  readonly journalBytesMax: number;
  readonly originsMax: number;
}

/** What one event costs in a frame at most: UTF-8 needs at most three bytes per UTF-16 unit. */
export function eventBytes(announcement: Announcement): number {
  return 96 + announcement.scope.length + announcement.target.key.length * 3;
}

/**
 * The recent events of everyone, oldest forgotten first. The newest event of an origin outlives
 * that, because a head is believed only with an event behind it (rule F8).
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

  get events(): number {
    return this.#ring.length - this.#first;
  }

  add(origin: Origin, sequence: number, announcement: Announcement): void {
    const id = originId(origin);
    const journal = this.#origins.get(id) ?? this.#enter(id, origin);
    if (journal.events.has(sequence)) return;
    if (sequence > journal.newest) {
      if (journal.pinned) journal.events.delete(journal.newest);
      journal.newest = sequence;
      journal.pinned = false;
    }
    journal.events.set(sequence, announcement);
    const bytes = eventBytes(announcement);
    this.#ring.push({ id, sequence, bytes });
    this.#bytes += bytes;
    this.#shrink();
  }

  /**
   * @param budgetBytes stop after this many; what is left over is neither held nor missing
   * @returns the runs held, oldest first, and what is not held
   */
  read(ranges: readonly SequenceRange[], budgetBytes: number): { runs: EventRun[]; missing: SequenceRange[] } {
    const runs: EventRun[] = [];
    const missing: SequenceRange[] = [];
    const budget = { bytes: budgetBytes, events: MESSAGE_LIMITS.eventsMax };
    for (const range of ranges) {
      if (budget.bytes <= 0 || budget.events <= 0) break;
      const journal = this.#origins.get(originId(range.origin));
      for (const hole of holes(journal, range))
        if (missing.length < MESSAGE_LIMITS.pullRangesMax) missing.push({ origin: range.origin, ...hole });
      if (journal) readRuns(journal, range, budget, runs);
    }
    return { runs, missing };
  }

  #enter(id: string, origin: Origin): OriginJournal {
    if (this.#origins.size >= this.#options.originsMax) {
      const oldest = this.#origins.keys().next().value;
      if (oldest !== undefined) this.#origins.delete(oldest);
    }
    const journal: OriginJournal = { origin, events: new Map(), newest: 0, pinned: false };
    this.#origins.set(id, journal);
    return journal;
  }

  #shrink(): void {
    while (this.events > this.#options.journalEventsMax || this.#bytes > this.#options.journalBytesMax) {
      const oldest = this.#ring[this.#first];
      if (!oldest) return;
      this.#first++;
      this.#bytes -= oldest.bytes;
      const journal = this.#origins.get(oldest.id);
      if (!journal) continue;
      if (oldest.sequence === journal.newest) journal.pinned = true;
      else journal.events.delete(oldest.sequence);
    }
    if (this.#first > 1024 && this.#first * 2 > this.#ring.length) {
      this.#ring = this.#ring.slice(this.#first);
      this.#first = 0;
    }
  }
}

function holes(journal: OriginJournal | undefined, range: Range): Range[] {
  if (!journal) return [{ from: range.from, to: range.to }];
  const held = new SequenceSet(Number.MAX_SAFE_INTEGER);
  // The smaller side is walked: a range may claim far more sequences than any journal holds.
  if (range.to - range.from < journal.events.size) {
    for (let s = range.from as number; s <= range.to; s++) if (journal.events.has(s)) held.add(s, s);
  } else {
    for (const s of journal.events.keys()) if (s >= range.from && s <= range.to) held.add(s, s);
  }
  return held.missing(range.from, range.to);
}

function readRuns(
  journal: OriginJournal,
  range: Range,
  budget: { bytes: number; events: number },
  runs: EventRun[],
): void {
  let run: { origin: Origin; first: Sequence; announcements: Announcement[] } | undefined;
  const sequences =
    range.to - range.from < journal.events.size
      ? Array.from({ length: range.to - range.from + 1 }, (_, i) => range.from + i)
      : [...journal.events.keys()].filter((s) => s >= range.from && s <= range.to).sort((a, b) => a - b);
  for (const sequence of sequences) {
    const announcement = journal.events.get(sequence);
    if (!announcement) {
      run = undefined;
      continue;
    }
    budget.bytes -= eventBytes(announcement);
    budget.events--;
    if (budget.bytes < 0 || budget.events < 0) return;
    if (!run || run.first + run.announcements.length !== sequence) {
      if (runs.length >= MESSAGE_LIMITS.runsMax) return;
      run = { origin: journal.origin, first: sequence as Sequence, announcements: [] };
      runs.push(run);
    }
    run.announcements.push(announcement);
  }
}
