import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  BatchTooLargeError,
  type ChainHead,
  ConfigInvalidError,
  type DatabaseIncarnation,
  databaseIncarnationOf,
  GENESIS,
  type Invalidation,
  LIMITS,
  type LogId,
  type LogRow,
  LogUnavailableError,
  type Origin,
  originId,
  type PollAnswer,
  type PollRequest,
  type Scope,
  type ScopeReading,
  VERSION_ZERO,
  type Version,
  type VersionSource,
} from '@hearsay/spi';
import { InMemoryLeases } from './in-memory-leases.js';

/** The chain of one scope; `rows` are those not pruned, oldest first. */
interface Chain {
  head: ChainHead;
  floor: Version;
  rows: LogRow[];
}

/**
 * A version log in memory, for tests and simulations: what a log in a database does, without one,
 * and what can happen to it (rule L1). It is deterministic if `randomHex` is.
 */
export class InMemoryVersionLog implements VersionSource {
  readonly leases: InMemoryLeases;
  readonly #randomHex: (digits: number) => string;
  readonly #chains = new Map<Scope, Chain>();
  #logId: LogId;
  #incarnation: DatabaseIncarnation;
  #reachable = true;
  #closed = false;

  /** @param randomHex returns that many lowercase hex digits, by a seeded generator */
  constructor(randomHex: (digits: number) => string) {
    this.#randomHex = randomHex;
    this.#logId = this.#newLogId();
    this.#incarnation = this.#newIncarnation();
    this.leases = new InMemoryLeases(() => {
      this.#checkReachable();
      return { logId: this.#logId, incarnation: this.#incarnation };
    });
  }

  get incarnation(): DatabaseIncarnation {
    return this.#incarnation;
  }

  get logId(): LogId {
    return this.#logId;
  }

  /** @throws {LogUnavailableError} closed, or made unreachable */
  async poll(request: PollRequest): Promise<PollAnswer> {
    return this.read(request);
  }

  /**
   * {@link poll}, without waiting.
   * @throws {ConfigInvalidError} `rowsMax` is not 1 … 65,536
   */
  read({ positions, rowsMax }: PollRequest): PollAnswer {
    if (!Number.isSafeInteger(rowsMax) || rowsMax < 1 || rowsMax > 65_536)
      throw new ConfigInvalidError(`rowsMax is ${rowsMax}: use an integer from 1 to 65536`);
    this.#checkReachable();
    const readings: ScopeReading[] = [];
    for (const [scope, position] of positions) {
      const chain = this.#chains.get(scope);
      if (!chain) continue;
      const { head, floor } = chain;
      readings.push({ scope, head, floor, rows: rowsAfter(chain, position, rowsMax) });
    }
    return { logId: this.#logId, incarnation: this.#incarnation, readings };
  }

  ensureScopes(scopes: Iterable<Scope>): void {
    for (const scope of scopes) this.#chainOf(scope);
  }

  /**
   * Commits the invalidations at once; equal ones become one row.
   * @throws {BatchTooLargeError} nothing is appended
   */
  append(
    invalidations: readonly Invalidation[],
    origin: Origin,
  ): { announcements: readonly Announcement[]; positions: readonly AppliedPosition[] } {
    if (invalidations.length > LIMITS.batchEventsMax)
      throw new BatchTooLargeError(
        `${invalidations.length} invalidations in one append; the limit is ${LIMITS.batchEventsMax}`,
      );
    const announcements = distinct(invalidations).map((one) => this.#appendOne(one, origin));
    const scopes = [...new Set(announcements.map(({ scope }) => scope))].sort();
    const logId = this.#logId;
    const positions = scopes.map((scope) => ({ scope, logId, ...this.#chainOf(scope).head }));
    return { announcements, positions };
  }

  /** Drops all but the newest `keepRows` rows. @returns how many went */
  prune(scope: Scope, keepRows: number): number {
    const chain = this.#chainOf(scope);
    chain.floor = Math.max(chain.floor, chain.head.version - keepRows) as Version;
    const kept = chain.rows.filter((row) => row.version > chain.floor);
    const pruned = chain.rows.length - kept.length;
    chain.rows = kept;
    return pruned;
  }

  /**
   * A failover that lost the newest `count` commits of a scope: their numbers will come again. With
   * {@link restart} the database says so itself.
   */
  loseLast(scope: Scope, count: number): void {
    const chain = this.#chainOf(scope);
    const first = chain.rows[Math.max(0, chain.rows.length - count)];
    if (count < 1 || !first) return;
    chain.rows = chain.rows.filter((row) => row.version < first.version);
    chain.head = { version: (first.version - 1) as Version, appendId: first.prevId };
  }

  /** The database restarts, or another takes over: what was committed and not lost is there. */
  restart(): void {
    this.#incarnation = this.#newIncarnation();
  }

  /** Another, empty log takes this one's place. */
  replaceLog(): void {
    this.#chains.clear();
    this.leases.clear();
    this.#logId = this.#newLogId();
    this.restart();
  }

  /** While it is not, every poll fails; appends go on. */
  setReachable(reachable: boolean): void {
    this.#reachable = reachable;
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  #appendOne({ scope, target }: Invalidation, origin: Origin): Announcement {
    const chain = this.#chainOf(scope);
    const version = (chain.head.version + 1) as Version;
    const appendId = this.#randomHex(16) as AppendId;
    const prevId = chain.head.appendId;
    chain.rows.push({ version, appendId, prevId, target, origin: originId(origin) });
    chain.head = { version, appendId };
    return { scope, target, place: { logId: this.#logId, version, appendId, prevId } };
  }

  #chainOf(scope: Scope): Chain {
    const existing = this.#chains.get(scope);
    if (existing) return existing;
    const head = { version: VERSION_ZERO, appendId: GENESIS };
    const chain: Chain = { head, floor: VERSION_ZERO, rows: [] };
    this.#chains.set(scope, chain);
    return chain;
  }

  #checkReachable(): void {
    if (this.#closed || !this.#reachable)
      throw new LogUnavailableError('the in-memory log was made unreachable or closed');
  }

  #newIncarnation(): DatabaseIncarnation {
    return databaseIncarnationOf(this.#randomHex(16));
  }

  #newLogId(): LogId {
    return this.#randomHex(32) as LogId;
  }
}

/** Rows have no holes, so the place of a version follows from the first one kept. */
function rowsAfter(chain: Chain, position: ChainHead | undefined, rowsMax: number): LogRow[] {
  const first = chain.rows[0];
  if (!position || !first || position.version >= chain.head.version) return [];
  const start = Math.max(0, position.version + 1 - first.version);
  return chain.rows.slice(start, start + rowsMax);
}

function distinct(invalidations: readonly Invalidation[]): Invalidation[] {
  const byId = new Map<string, Invalidation>();
  for (const invalidation of invalidations) {
    const { scope, target } = invalidation;
    const id = `${scope} ${target.kind} ${target.key}`;
    if (!byId.has(id)) byId.set(id, invalidation);
  }
  return [...byId.values()];
}
