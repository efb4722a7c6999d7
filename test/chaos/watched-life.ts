import type { Departure, ObservedRead } from '../demo/oracle.ts';
import { decodeRead, type JournalEntry, READ_NUMBERS, type Report, writeIdOf } from './report.ts';

/** What is kept of a life's journal, to say what led to a violation. */
const RECENT_MAX = 5_000;
const READS_MAX = 20_000;

/** One life of one node, and what it reported that is not judged yet. */
export class WatchedLife {
  readonly name: string;
  readonly epoch: string;
  /** Everything that happened in it before is known. */
  knownUntilUs: number;
  readonly reads: ObservedRead[] = [];
  readonly departures: Departure[] = [];
  /** The end of its journal. */
  readonly recent: JournalEntry[] = [];
  /** The end of its reads. */
  readonly recentReads: ObservedRead[] = [];
  readonly #appliedThrough = new Map<string, number>();

  constructor(name: string, epoch: string, readyUs: number) {
    this.name = name;
    this.epoch = epoch;
    this.knownUntilUs = readyUs;
  }

  /** Nothing more will be told of it. */
  end(): void {
    this.knownUntilUs = Number.POSITIVE_INFINITY;
  }

  receive({ untilUs, reads, tokenReads, journal }: Report): void {
    const answered: ObservedRead[] = [];
    for (let from = 0; from < reads.length; from += READ_NUMBERS)
      answered.push(decodeRead(reads, from, { node: this.name, epoch: this.epoch }));
    for (const { write, ...read } of tokenReads)
      answered.push({
        ...read,
        node: this.name,
        epoch: this.epoch,
        writeId: writeIdOf(write),
        // It may have gone around the cache: whether the entry was there is not known.
        outcome: 'hit',
      });
    if (tokenReads.length > 0) answered.sort((a, b) => a.respondedUs - b.respondedUs);
    this.reads.push(...answered);
    this.recentReads.push(...answered);
    if (this.recentReads.length > 2 * READS_MAX) this.recentReads.splice(0, READS_MAX);
    for (const entry of journal) this.#happened(entry);
    this.recent.push(...journal);
    if (this.recent.length > 2 * RECENT_MAX) this.recent.splice(0, RECENT_MAX);
    this.knownUntilUs = untilUs;
  }

  #happened(entry: JournalEntry): void {
    switch (entry[0]) {
      case 'applied':
        this.#appliedThrough.set(entry[2], entry[3]);
        break;
      case 'drop':
        this.#departed(entry[2], entry[3], entry[1], entry[4]);
        break;
      case 'void':
        this.#departed(entry[2], entry[3], entry[1], 'void');
        break;
      case 'reset':
        this.#departed(entry[2], '', entry[1], 'reset');
        this.#appliedThrough.set(entry[2], entry[4]);
        break;
      case 'late':
        this.#departed(entry[2], '', entry[1], 'late');
        break;
      case 'coherence':
      case 'hint':
      case 'revoking':
        break;
    }
  }

  #departed(scope: string, key: string, us: number, reason: string): void {
    const { name: node, epoch } = this;
    const appliedThrough = this.#appliedThrough.get(scope) ?? 0;
    this.departures.push({ node, epoch, scope, key, us, appliedThrough, reason });
  }
}
