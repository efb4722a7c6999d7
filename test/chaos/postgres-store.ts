import type { Hearsay } from '@hearsay/embed';
import type { PostgresClient, PostgresPool, WriteTransaction } from '@hearsay/version-log';
import { Client, Pool } from 'pg';
import {
  type ChangedRow,
  conditionOf,
  type DeathMoment,
  type NodeStore,
  RolledBackError,
  type Row,
  type Written,
} from './node-store.ts';
import { connectionOf } from './postgres-server.ts';
import type { PlannedWrite } from './writes.ts';

const LOADERS = 8;
const CONNECT_MS = 1_000;
const READ_MS = 2_000;
const WRITE_MS = 5_000;

/** The rows in a PostgreSQL database that all nodes share (postgres-database.ts). */
export class PostgresStore implements NodeStore {
  readonly log: { readonly postgres: { readonly pool: PostgresPool } };
  readonly #connection: object;
  readonly #reading: Pool;
  readonly #writing: Pool;

  /** @param address the directory of the server's socket */
  constructor(address: string) {
    this.#connection = connectionOf(address);
    this.#reading = new Pool({ ...timed(this.#connection, READ_MS), max: LOADERS });
    this.#writing = new Pool({ ...timed(this.#connection, WRITE_MS), max: 1 });
    // A connection that breaks while nobody uses it.
    for (const pool of [this.#reading, this.#writing]) pool.on('error', () => {});
    this.log = { postgres: { pool: this.#reading } };
  }

  async find(scope: string, key: string): Promise<Row> {
    const { rows } = await this.#reading.query({
      name: 'find',
      text: 'SELECT revision, write_id FROM chaos_row WHERE scope = $1 AND key = $2',
      values: [scope, key],
    });
    return { revision: Number(rows[0]?.revision), write: Number(rows[0]?.write_id) };
  }

  write(hearsay: Hearsay, id: number, plan: PlannedWrite): Promise<Written> {
    return writeOver(this.#writing, hearsay, id, plan);
  }

  async dieWriting(
    hearsay: Hearsay,
    id: number,
    plan: PlannedWrite,
    moment: DeathMoment,
  ): Promise<void> {
    const client = new Client(timed(this.#connection, WRITE_MS));
    client.on('error', () => {});
    await client.connect();
    await writeOver(deadly(client, moment), hearsay, id, plan);
  }
}

function timed(connection: object, ms: number) {
  return { ...connection, connectionTimeoutMillis: CONNECT_MS, query_timeout: ms };
}

async function writeOver(
  db: PostgresPool | PostgresClient,
  hearsay: Hearsay,
  id: number,
  { changes, isRolledBack, revokes }: PlannedWrite,
): Promise<Written> {
  const callback = async (tx: WriteTransaction, client: PostgresClient) => {
    const changed: ChangedRow[] = [];
    for (const { scope, target } of changes) {
      tx.invalidate(scope, target);
      const { where, values } = conditionOf(target, '$3');
      // Locked in order, so that no two writers wait for each other in a circle.
      const text = `UPDATE chaos_row SET revision = revision + 1, write_id = $1 WHERE scope = $2 AND key IN
        (SELECT key FROM chaos_row WHERE scope = $2 AND ${where} ORDER BY key FOR UPDATE)
        RETURNING key, revision`;
      const { rows } = await client.query({ text, values: [id, scope, ...values] });
      for (const { key, revision } of rows)
        changed.push({ key: String(key), revision: Number(revision) });
    }
    if (isRolledBack) throw new RolledBackError('as planned');
    return changed[0];
  };
  if (revokes) {
    const { value, ...revoked } = await hearsay.writeAndRevoke(db, callback);
    return { row: value, token: revoked.token, revoked };
  }
  const { value, token } = await hearsay.write(db, callback);
  return { row: value, token };
}

/** Dies by SIGKILL when a COMMIT is on its way, before its answer; or as soon as that has come. */
function deadly(client: Client, moment: DeathMoment): PostgresClient {
  return {
    query: async (query) => {
      const answer = client.query(query);
      if (query.text === 'COMMIT' && moment === 'in-commit') process.kill(process.pid, 'SIGKILL');
      const result = await answer;
      if (query.text === 'COMMIT') process.kill(process.pid, 'SIGKILL');
      return result;
    },
    on: (event, listener) => client.on(event, listener),
    off: (event, listener) => client.off(event, listener),
  };
}
