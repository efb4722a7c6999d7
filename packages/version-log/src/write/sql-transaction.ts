/** The databases whose SQL the version log speaks. `mysql` stands for MariaDB and MySQL. */
export type SqlDialect = 'postgres' | 'mysql' | 'sqlite';

/** What the log hands to a driver as a parameter. */
export type SqlValue = string | number | null;

/**
 * A transaction that somebody has open, as the log needs it: one way to send a statement. Whatever
 * runs SQL can be one, and no driver is a dependency of the log.
 */
export interface SqlTransaction {
  readonly dialect: SqlDialect;
  /**
   * Whether `query` may be given a block of statements as MariaDB has them (`BEGIN NOT ATOMIC … END`), of
   * which the first alone has rows; an append is one round trip then. Default false.
   */
  readonly runsBlocks?: boolean;
  /**
   * Runs one statement inside the transaction, on its connection.
   *
   * @param sql one statement, never several. Its placeholders are `$1`, `$2`, … on PostgreSQL and
   * `?` elsewhere, in the order of `params`, each used once; nothing else in it looks like one
   * @param params sent beside the statement, never pasted into it
   * @param name under which it may be prepared, on PostgreSQL: the same for the same text, always
   * @returns its rows by column name, `[]` for a statement without any. Column names are single
   * lowercase words; integers may come as number, bigint or text
   * @throws the driver's own error, with its code
   */
  query(
    sql: string,
    params: readonly SqlValue[],
    name?: string,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
}
