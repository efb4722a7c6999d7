import type { ChainHead, LeaseRow, Scope, SelfAnnouncement } from '@hearsay/spi';
import type { Statement } from './connection.js';

/** Where a reader stands, by scope. */
export type Positions = ReadonlyMap<Scope, ChainHead>;

/**
 * What the log says to a database server, in its dialect. Each is one statement, so that it is one
 * transaction and reads one snapshot.
 */
export interface LogStatements {
  /**
   * One row: `log`, `life`, and `heads`, which holds of each scope that has a counter
   * `scope version append_id floor`, scopes divided by commas; nothing when the log is gone.
   */
  heads(scopes: readonly Scope[]): Statement;
  /**
   * Rows of two kinds, told apart by `kind`. `head` for every scope with a counter: `scope`,
   * `version`, `id`, its floor as `prev`, the log as `key`, the life as `origin`. Others are rows of
   * the log behind the positions of those that lag, at most `limit` a scope:
   * versions have no gaps, so that is a range, which every planner looks up in the index.
   */
  rows(scopes: readonly Scope[], lagging: Positions, limit: number): Statement;

  /** Those of the scopes that have a counter, as `scope`. Waits for nobody. */
  existingScopes(scopes: readonly Scope[]): Statement;
  createScopes(scopes: readonly Scope[]): Statement;

  /** Raises the floor so that `keepRows` stay above it; never lowers it. */
  raiseFloorBySize(scope: Scope, keepRows: number): Statement;
  /** `floor`: just below the first row that is not older, or the counter where all are. */
  floorByAge(scope: Scope, maxAgeMs: number): Statement;
  /** Raises the floor to this version; never lowers it. */
  raiseFloor(scope: Scope, floor: number): Statement;
  floor(scope: Scope): Statement;
  /** Deletes at most `rowsMax` rows at or below the floor, oldest first. */
  deletePruned(scope: Scope, floor: number, rowsMax: number): Statement;

  /** Renews a node's row, by the clock of the database. */
  announceNode(self: SelfAnnouncement): Statement;
  withdrawNode(self: SelfAnnouncement): Statement;
  /** `node`, `epoch`, `addresses` of those renewed within the window, the latest renewed first. */
  recentNodes(windowMs: number, rowsMax: number): Statement;
  /** `node`, `epoch` of those that were not renewed for so long. */
  deadNodes(ageMs: number, rowsMax: number): Statement;
  /** Deletes a row that was not renewed for so long. */
  forgetNode(node: string, epoch: string, ageMs: number): Statement;

  /** Puts a lease where there is none of its holder or an older one. */
  putLease(row: LeaseRow): Statement;
  /** Raises the longest lease of the meta row. */
  raiseLeaseMs(leaseMs: number): Statement;
  /** `log`, `life`, `longest`, `node`, `epoch`, `seq` and `ms`; the last four are null where there is no lease. */
  leases(rowsMax: number): Statement;
  removeLease(row: LeaseRow): Statement;
}
