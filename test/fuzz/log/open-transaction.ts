import { type Epoch, type NodeName, type Origin, scopeOf } from '@hearsay/spi';
import type { Connection, Log, Stage } from './stage/stage.ts';
import { noteSql } from './stage/tables.ts';

const SCOPE = scopeOf('hot');
const ORIGIN: Origin = { node: 'late' as NodeName, epoch: '00000000000000aa' as Epoch };

/** The transaction 0 of a session: it takes its number when it begins, and appends and commits when it is told to. */
export class OpenTransaction {
  readonly #connection: Connection;
  readonly #log: Log;
  readonly #name: string;

  private constructor(connection: Connection, log: Log, name: string) {
    this.#connection = connection;
    this.#log = log;
    this.#name = name;
  }

  static async begin(stage: Stage, log: Log, session: number): Promise<OpenTransaction> {
    const connection = await stage.connect();
    const name = `${session}/0/1`;
    await connection.begin('plain');
    await connection.run(noteSql(session, 0, [{ scope: SCOPE, kind: 'key', name }]));
    return new OpenTransaction(connection, log, name);
  }

  async commit(): Promise<void> {
    const target = { kind: 'key', key: this.#name } as const;
    await this.#log.appendInTransaction(this.#connection.tx, ORIGIN, [{ scope: SCOPE, target }]);
    if (!(await this.#connection.commit())) throw new Error('COMMIT rolled back');
    await this.#connection.close();
  }

  async rollback(): Promise<void> {
    await this.#connection.rollback();
    await this.#connection.close();
  }
}
