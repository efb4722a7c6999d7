import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  type ChainHead,
  databaseIncarnationOf,
  GENESIS,
  type LogId,
  type LogRow,
  type PollAnswer,
  type PollRequest,
  type Scope,
  type ScopeReading,
  scopeOf,
  type Version,
} from '@hearsay/spi';

export const SCOPE = scopeOf('table');
export const OTHER = scopeOf('auth.role');
const INCARNATION = databaseIncarnationOf('life-1');

/** A row as the model remembers it, also after it was pruned. */
export interface ModelRow extends LogRow {
  readonly scope: Scope;
  readonly logId: LogId;
  /** The moment of its commit, in the test's own counting. */
  readonly step: number;
}

interface ModelScope {
  rows: readonly ModelRow[];
  floor: number;
}

/** The truth: a chain per scope, and everything that can happen to one. */
export class ModelLog {
  logId = logIdOf(1);
  #scopes = new Map<Scope, ModelScope>();
  #appends = 0;
  #logs = 1;

  append(scope: Scope, key: string, step = 0): ModelRow {
    const of = this.#of(scope);
    const { version, appendId: prevId } = this.head(scope);
    const row: ModelRow = {
      scope,
      logId: this.logId,
      step,
      version: (version + 1) as Version,
      appendId: (++this.#appends).toString(16).padStart(16, 'a') as AppendId,
      prevId,
      target: { kind: 'key', key },
      origin: '',
    };
    of.rows = [...of.rows, row];
    return row;
  }

  /** A failover: the newest commits are gone, their numbers are free again. */
  lose(scope: Scope, count: number): void {
    const of = this.#of(scope);
    of.rows = of.rows.slice(0, Math.max(0, of.rows.length - count));
    of.floor = Math.min(of.floor, of.rows.length);
  }

  prune(scope: Scope, upTo: number): void {
    const of = this.#of(scope);
    of.floor = Math.max(of.floor, Math.min(upTo, of.rows.length));
  }

  replace(): void {
    this.logId = logIdOf(++this.#logs);
    this.#scopes = new Map();
  }

  head(scope: Scope): ChainHead {
    const last = this.#of(scope).rows.at(-1);
    return last ?? { version: 0 as Version, appendId: GENESIS };
  }

  rows(scope: Scope): readonly ModelRow[] {
    return this.#of(scope).rows;
  }

  read({ positions, rowsMax }: PollRequest): PollAnswer {
    const readings: ScopeReading[] = [];
    for (const [scope, position] of positions) {
      const { rows, floor } = this.#of(scope);
      if (rows.length === 0) continue;
      const { version, appendId } = this.head(scope);
      const after = position?.version ?? version;
      const kept = rows.filter((row) => row.version > floor && row.version > after);
      const wanted = kept.slice(0, rowsMax);
      readings.push({
        scope,
        head: { version, appendId },
        floor: floor as Version,
        rows: wanted,
      });
    }
    return { logId: this.logId, incarnation: INCARNATION, readings };
  }

  #of(scope: Scope): ModelScope {
    const known = this.#scopes.get(scope) ?? { rows: [], floor: 0 };
    this.#scopes.set(scope, known);
    return known;
  }
}

export function logIdOf(number: number): LogId {
  return number.toString(16).padStart(32, '0') as LogId;
}

export function announcementOf(row: ModelRow): Announcement {
  const { scope, target, logId, version, appendId, prevId } = row;
  return { scope, target, place: { logId, version, appendId, prevId } };
}

export function positionOf({ scope, logId, version, appendId }: ModelRow): AppliedPosition {
  return { scope, logId, version, appendId };
}
