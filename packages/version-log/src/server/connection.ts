import type { DatabaseIncarnation } from '@hearsay/spi';
import type { SqlValue } from '../write/sql-transaction.js';

export type SqlRow = Readonly<Record<string, unknown>>;

/** One statement with its parameters. */
export interface Statement {
  readonly sql: string;
  readonly params: readonly SqlValue[];
  /** Its text is hardly ever the same: not worth preparing. */
  readonly isVaried?: boolean;
}

export interface StatementResult {
  readonly rows: readonly SqlRow[];
  /** Rows inserted, updated or deleted. */
  readonly changes: number;
}

/**
 * A connection of the log's own to a database server, settled as rule L3 asks: each statement is
 * committed by itself, in READ COMMITTED, on a primary that takes writes.
 */
export interface ServerConnection {
  /** Whether it is known to be of no use any more. */
  readonly isBroken: boolean;
  /** @throws the driver's own error */
  run(statement: Statement): Promise<StatementResult>;
  /** @param life what the database said of itself beside a reading */
  incarnationOf(life: unknown): DatabaseIncarnation;
  /** Ends it at once, whatever is under way. Never throws. */
  destroy(): void;
}

/**
 * Opens one.
 * @throws {HearsayError} what no second try will mend
 * @throws the driver's own error
 */
export type Connect = () => Promise<ServerConnection>;
