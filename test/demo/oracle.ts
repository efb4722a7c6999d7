/**
 * Judges what the services answered against what the database holds. Pure: all that it knows was
 * told to it. The letters are those of the invariants in docs/GUARANTEES.md.
 */
import { type History, rowId } from './history.ts';
import type { Invalidations } from './invalidations.ts';

export interface Violation {
  readonly invariant: 'A' | 'B' | 'D' | 'G' | 'I' | 'J';
  readonly node: string;
  readonly atUs: number;
  /** Which key, revision and times. */
  readonly what: string;
}

/** One row of one answer, as the observer received it. */
export interface ObservedRead {
  readonly node: string;
  readonly epoch: string;
  readonly scope: string;
  readonly key: string;
  readonly revision: number;
  readonly writeId: string;
  readonly invokedUs: number;
  readonly respondedUs: number;
  /** A late hit was not answered in the turn of the event loop in which it was asked. */
  readonly outcome: 'hit' | 'late-hit' | 'miss';
}

/** How stale a scope's answer may be: the bound of a bounded scope, the TTL of an eventual one. */
interface ScopeRules {
  readonly staleUsMax: number;
  /** Whether hits must come in the same turn, and misses need a cause. */
  readonly eventual: boolean;
}

/** What a node's cache said of an entry that went or was not kept. */
export interface Departure {
  readonly node: string;
  readonly epoch: string;
  readonly scope: string;
  /** `''` for all entries. */
  readonly key: string;
  readonly us: number;
  /** Applied-through of its scope just before. */
  readonly appliedThrough: number;
  /** That of the cache's `drop` event; `void` for a fill that was not kept, `reset` for all entries. */
  readonly reason: string;
}

interface LastRead {
  readonly revision: number;
  readonly invokedUs: number;
  readonly respondedUs: number;
}

/**
 * Reads and departures are to be told in the order of one node's time, each once the truth is known
 * up to it; before a read the departures up to its response.
 */
export class Oracle {
  readonly #history: History;
  readonly #invalidations: Invalidations;
  readonly #rules: ReadonlyMap<string, ScopeRules>;
  readonly #tagsOf: (key: string) => readonly string[];
  readonly #last = new Map<string, LastRead>();
  readonly #departedUs = new Map<string, number>();

  constructor(
    truth: {
      readonly history: History;
      readonly invalidations: Invalidations;
      tagsOf(key: string): readonly string[];
    },
    rules: ReadonlyMap<string, ScopeRules>,
  ) {
    this.#history = truth.history;
    this.#invalidations = truth.invalidations;
    this.#tagsOf = (key) => truth.tagsOf(key);
    this.#rules = rules;
  }

  /** Invariant I: an invalidation that is said to have dropped an entry was committed, and covers it. */
  departed(departure: Departure): Violation[] {
    const { epoch, scope, key, us, appliedThrough, reason } = departure;
    this.#departedUs.set(rowId(`${epoch} ${scope}`, key), us);
    if (reason !== 'invalidated') return [];
    const tags = this.#tagsOf(key);
    if (this.#invalidations.isCovered(scope, key, tags, appliedThrough, us)) return [];
    const what = `dropped as invalidated, but nothing after version ${appliedThrough} covers it`;
    return [violation('I', { ...departure, invokedUs: us }, what)];
  }

  judge(read: ObservedRead): Violation[] {
    const rules = this.#rules.get(read.scope);
    if (!rules) throw new Error(`no rules for scope ${read.scope}`);
    const id = `${read.epoch} ${read.scope} ${read.key}`;
    const last = this.#last.get(id);
    this.#last.set(id, read);
    return [
      this.#uncommitted(read),
      this.#stale(read, rules.staleUsMax),
      fallen(read, last),
      rules.eventual ? late(read) : undefined,
      rules.eventual ? this.#vanished(read, last) : undefined,
    ].filter((violation) => violation !== undefined);
  }

  /** Invariant J: no uncommitted value is ever served. */
  #uncommitted(read: ObservedRead): Violation | undefined {
    const { scope, key, revision, writeId } = read;
    if (this.#history.isCommitted(scope, key, revision, writeId)) return undefined;
    return violation('J', read, `revision ${revision} by ${writeId} was never committed`);
  }

  /** Invariant B: nothing older than the bound is served. A read is judged by when it was invoked (rule F1). */
  #stale(read: ObservedRead, staleUsMax: number): Violation | undefined {
    const { scope, key, revision, invokedUs } = read;
    const due = this.#history.newestAcknowledged(scope, key, invokedUs - staleUsMax);
    if (!due || due.revision <= revision) return undefined;
    const ackUs = this.#history.ackOf(due.writeId) ?? 0;
    return violation(
      'B',
      read,
      `revision ${revision}, but ${due.revision} was acknowledged ${ms(invokedUs - ackUs)} before; the bound is ${ms(staleUsMax)}`,
    );
  }

  /** Invariant I: what was held or filled does not go without a word. Reads at the same time may share a load. */
  #vanished(read: ObservedRead, last: LastRead | undefined): Violation | undefined {
    if (read.outcome !== 'miss' || !last || read.invokedUs < last.respondedUs) return undefined;
    const cacheId = `${read.epoch} ${read.scope}`;
    const departedUs = ['', read.key].map((key) => this.#departedUs.get(rowId(cacheId, key)) ?? 0);
    if (Math.max(...departedUs) >= last.invokedUs) return undefined;
    return violation(
      'I',
      read,
      `held since the read at ${at(last.invokedUs)}, gone without a cause`,
    );
  }
}

/** Invariant G: the version of a key never falls, for reads one after the other on one life of a node. */
function fallen(read: ObservedRead, last: LastRead | undefined): Violation | undefined {
  if (!last || read.revision >= last.revision || read.invokedUs < last.respondedUs)
    return undefined;
  return violation('G', read, `revision fell from ${last.revision} to ${read.revision}`);
}

/** Invariant D: a hit of an eventual scope is answered in the same turn of the event loop. */
function late(read: ObservedRead): Violation | undefined {
  if (read.outcome !== 'late-hit') return undefined;
  return violation('D', read, 'a hit was not answered in the same turn of the event loop');
}

/** Invariant J: a read that brings a token returns at least that write. */
export function judgeTokenRead(read: {
  readonly node: string;
  readonly scope: string;
  readonly key: string;
  readonly written: number;
  readonly read: number;
  readonly invokedUs: number;
}): Violation | undefined {
  if (read.read >= read.written) return undefined;
  return violation('J', read, `read revision ${read.read} with the token of ${read.written}`);
}

/** Invariant A: at rest no cache holds what a committed invalidation covers. Everything committed counts. */
export function judgeAtRest(
  node: string,
  entries: readonly { scope: string; key: string; revision: number }[],
  history: History,
  atUs: number,
): Violation[] {
  return entries.flatMap(({ scope, key, revision }) => {
    const latest = history.latest(scope, key);
    if (latest === revision) return [];
    const read = { node, scope, key, invokedUs: atUs };
    return violation(
      'A',
      read,
      `at rest the cache holds revision ${revision}, the database ${latest}`,
    );
  });
}

/** Invariant I by the caches' own books: every kept fill is still there or has a counted cause. */
export function judgeBooks(
  node: string,
  stats: Readonly<Record<string, number>>,
  atUs: number,
): Violation[] {
  const count = (name: string): number => stats[name] ?? 0;
  const causes = ['invalidated', 'deleted', 'expired', 'evicted', 'replaced', 'cleared'];
  const accounted = causes.reduce((sum, name) => sum + count(name), count('entries'));
  if (accounted === count('fillsKept')) return [];
  const what = `${count('fillsKept')} fills were kept, but ${accounted} are held or have a cause for going`;
  return [{ invariant: 'I', node, atUs, what }];
}

function violation(
  invariant: Violation['invariant'],
  read: { node: string; scope: string; key: string; invokedUs: number },
  what: string,
): Violation {
  const { node, scope, key, invokedUs } = read;
  return { invariant, node, atUs: invokedUs, what: `${scope} ${key} at ${at(invokedUs)}: ${what}` };
}

function ms(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

function at(us: number): string {
  return `${(us / 1e6).toFixed(4)} s`;
}
