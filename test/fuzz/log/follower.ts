import type { Scope } from '@hearsay/spi';
import type { Visible } from './truth.ts';

/** Where a follower began with a scope, at first or after a reset. */
export interface Beginning {
  /** Committed before the follower had begun, for certain or perhaps. All else it must deliver. */
  readonly before: Visible;
  /** The version that it began behind; `undefined` where it knows none. */
  readonly version: number | undefined;
}

/** One that follows the run, for one life, and what it did. */
export interface Follower {
  /** Of scopes in use. */
  readonly beginnings: ReadonlyMap<string, Beginning>;
  /** As `idOf` names them. */
  readonly delivered: ReadonlySet<string>;
  readonly polls: number;
  /** Beside those of first use. */
  readonly resets: number;
  /** Positions at which it stood: versions and links by scope; empty where it has no links. */
  readonly stood: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** Versions applied when it had caught up; empty where it knows none. */
  readonly applied: ReadonlyMap<string, number>;
  use(scopes: readonly Scope[]): void;
  /** Polls where it is due, else waits a moment. */
  step(): Promise<void>;
  /** Goes on until all that is committed at this moment is proven here. @throws {Error} it takes too long */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}
