import {
  type Announcement,
  type AppendId,
  type AppliedPosition,
  type ChainHead,
  GENESIS,
  type LogId,
  type LogRow,
  type PollAnswer,
  type PollRequest,
  type Scope,
  type ScopeReading,
  VERSION_ZERO,
  type Version,
} from '@hearsay/spi';
import type { Dice } from './dice.ts';
import type { Erasure } from './truth.ts';

/** A row of the log, and what it stands for. */
export interface SimulatedRow extends LogRow {
  readonly erasure: Erasure;
}

/** All rows are kept; those up to `floor`, and those up to `deletedThrough`, are not there any more. */
interface Chain {
  readonly rows: SimulatedRow[];
  /** Raised by pruning, before rows go (rule L4). */
  floor: number;
  /** Above the floor: somebody else deletes from the log. */
  deletedThrough: number;
}

/**
 * The version log with all that can happen to one. Unlike the testkit's it can return to any earlier
 * state, pruned rows included, as a restored backup does.
 */
export class SimulatedLog {
  readonly #dice: Dice;
  readonly #chains = new Map<Scope, Chain>();
  #logId: LogId;
  #incarnation: PollAnswer['incarnation'];

  constructor(dice: Dice) {
    this.#dice = dice;
    this.#logId = dice.hex(32) as LogId;
    this.#incarnation = dice.hex(16) as PollAnswer['incarnation'];
  }

  /** Which log this is, in which life of its database. */
  get life(): Pick<PollAnswer, 'logId' | 'incarnation'> {
    return { logId: this.#logId, incarnation: this.#incarnation };
  }

  /** How many invalidations were ever appended to the scope and are not lost. */
  headOf(scope: Scope): number {
    return this.#chains.get(scope)?.rows.length ?? 0;
  }

  /** The counter of the scope as a replica shows it that has everything up to this time. */
  headAt(scope: Scope, atMs: number): number {
    const rows = this.#chains.get(scope)?.rows ?? [];
    return rows.findLast(({ erasure }) => erasure.commit.atMs <= atMs)?.version ?? 0;
  }

  /** @returns the announcement that the writer may make once its commit is known */
  append(erasure: Erasure): Announcement {
    const { scope, target } = erasure;
    const chain = this.#chainOf(scope);
    const { appendId: prevId } = headOf(chain);
    const version = (chain.rows.length + 1) as Version;
    const appendId = this.#dice.hex(16) as AppendId;
    chain.rows.push({ version, appendId, prevId, target, origin: '', erasure });
    return { scope, target, place: { logId: this.#logId, version, appendId, prevId } };
  }

  positionOf(scope: Scope): AppliedPosition {
    return { scope, logId: this.#logId, ...headOf(this.#chainOf(scope)) };
  }

  read({ positions, rowsMax }: PollRequest): PollAnswer {
    const readings: ScopeReading[] = [];
    for (const [scope, position] of positions) {
      const chain = this.#chains.get(scope);
      if (!chain) continue;
      const head = headOf(chain);
      const rows = position ? rowsAfter(chain, position.version, rowsMax) : [];
      readings.push({ scope, head, floor: chain.floor as Version, rows });
    }
    return { logId: this.#logId, incarnation: this.#incarnation, readings };
  }

  prune(scope: Scope, keepRows: number): void {
    const chain = this.#chainOf(scope);
    chain.floor = Math.max(chain.floor, chain.rows.length - keepRows);
  }

  deleteRows(scope: Scope, keepRows: number): void {
    const chain = this.#chainOf(scope);
    chain.deletedThrough = Math.max(chain.deletedThrough, chain.rows.length - keepRows);
  }

  /** The newest row of the scope was never there: its number comes again. */
  forgetLast(scope: Scope): void {
    const chain = this.#chainOf(scope);
    chain.rows.pop();
    chain.deletedThrough = Math.min(chain.deletedThrough, chain.rows.length);
    chain.floor = Math.min(chain.floor, chain.rows.length);
  }

  /** A backup was taken before anything was pruned. */
  unprune(): void {
    for (const chain of this.#chains.values()) {
      chain.floor = 0;
      chain.deletedThrough = 0;
    }
  }

  /** The database starts anew, or another takes over. */
  newIncarnation(): void {
    this.#incarnation = this.#dice.hex(16) as PollAnswer['incarnation'];
  }

  /** Another, empty log takes this one's place. */
  replace(): void {
    this.#chains.clear();
    this.#logId = this.#dice.hex(32) as LogId;
    this.newIncarnation();
  }

  #chainOf(scope: Scope): Chain {
    const known = this.#chains.get(scope);
    if (known) return known;
    const chain: Chain = { rows: [], floor: 0, deletedThrough: 0 };
    this.#chains.set(scope, chain);
    return chain;
  }
}

function headOf({ rows }: Chain): ChainHead {
  const last = rows.at(-1);
  return { version: last?.version ?? VERSION_ZERO, appendId: last?.appendId ?? GENESIS };
}

/** The row of version v stands at index v − 1. */
function rowsAfter(chain: Chain, position: number, rowsMax: number): SimulatedRow[] {
  const start = Math.max(position, chain.floor, chain.deletedThrough);
  return position < chain.rows.length ? chain.rows.slice(start, start + rowsMax) : [];
}
