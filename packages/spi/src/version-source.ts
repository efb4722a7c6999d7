import type { Target } from './invalidation.js';
import type { AppendId, DatabaseIncarnation, LogId, Scope, Version } from './words.js';

/** The end of a scope's chain: number and link. */
export interface ChainHead {
  readonly version: Version;
  readonly appendId: AppendId;
}

/** One committed invalidation as the log holds it. */
export interface LogRow {
  readonly version: Version;
  readonly appendId: AppendId;
  readonly prevId: AppendId;
  readonly target: Target;
  /** Who appended it, as text for people; `''` where unknown. */
  readonly origin: string;
}

/** What one poll found of one scope. */
export interface ScopeReading {
  readonly scope: Scope;
  readonly head: ChainHead;
  /** Rows at or below this version may have been pruned. */
  readonly floor: Version;
  /**
   * Rows after the asked position in version order, at most `rowsMax`; fewer, but at least one, where
   * the answer would grow too big. Empty where none was asked or the position is not below the head.
   */
  readonly rows: readonly LogRow[];
}

export interface PollRequest {
  /** Per scope the head applied here; `undefined` asks for the counter alone. Scopes not named are not read. */
  readonly positions: ReadonlyMap<Scope, ChainHead | undefined>;
  /** Rows per scope and poll, 1 … 65,536. */
  readonly rowsMax: number;
}

/** One consistent snapshot of committed state. A scope that has no counter yet is absent. */
export interface PollAnswer {
  readonly logId: LogId;
  /** The life of the database that was read (rule S4). */
  readonly incarnation: DatabaseIncarnation;
  readonly readings: readonly ScopeReading[];
}

/** The read side of a version log. */
export interface VersionSource {
  /**
   * Reads counters, and the rows that are wanted, in one snapshot of committed state on a
   * connection of its own that began after the call (rule L3).
   * @throws {LogUnavailableError} the log is out of reach or did not answer in time
   */
  poll(request: PollRequest): Promise<PollAnswer>;
  /**
   * Only of a source that gives the rows versions and links of its own, as it reads them, since its log
   * has none (rule L7): where the write at this position of the log stands among them; `undefined`
   * while it was not read. What such a source answers means nothing to other nodes.
   */
  locate?(position: AppliedPosition): AppliedPosition | undefined;
  close(): Promise<void>;
}

/** The place that a write took in one scope, as its token carries it to other nodes. */
export interface AppliedPosition extends ChainHead {
  readonly scope: Scope;
  readonly logId: LogId;
}
