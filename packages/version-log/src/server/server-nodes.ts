import type { DiscoveredNode, SelfAnnouncement } from '@hearsay/spi';
import type { NodeTable } from '../discovery.js';
import { DEAD_WINDOWS, discoveredNodeOf, NODES_MAX } from '../node-row.js';
import type { Session } from './session.js';
import type { LogStatements } from './statements.js';

export interface ServerNodesOptions {
  readonly timeoutMs: number;
  /** How long an announcement counts without renewal, by the clock of the database. */
  readonly windowMs: number;
}

/** The rows of nodes on a database server. One clock, the database's, says how old they are. */
export class ServerNodes implements NodeTable {
  readonly #session: Session;
  readonly #statements: LogStatements;
  readonly #options: ServerNodesOptions;

  constructor(session: Session, statements: LogStatements, options: ServerNodesOptions) {
    this.#session = session;
    this.#statements = statements;
    this.#options = options;
  }

  async announce(self: SelfAnnouncement): Promise<void> {
    const deadMs = DEAD_WINDOWS * this.#options.windowMs;
    await this.#session.run(this.#options.timeoutMs, async (connection) => {
      await connection.run(this.#statements.announceNode(self));
      const { rows } = await connection.run(this.#statements.deadNodes(deadMs, NODES_MAX));
      // One by one: a deletion by age would lock the rows of the living on MySQL.
      for (const { node, epoch } of rows)
        await connection.run(this.#statements.forgetNode(String(node), String(epoch), deadMs));
    });
  }

  async withdraw(self: SelfAnnouncement): Promise<void> {
    await this.#session.run(this.#options.timeoutMs, (connection) =>
      connection.run(this.#statements.withdrawNode(self)),
    );
  }

  async discover(): Promise<readonly DiscoveredNode[]> {
    const { timeoutMs, windowMs } = this.#options;
    const { rows } = await this.#session.run(timeoutMs, (connection) =>
      connection.run(this.#statements.recentNodes(windowMs, NODES_MAX)),
    );
    return rows.flatMap(
      ({ node, epoch, addresses }) => discoveredNodeOf(node, epoch, addresses) ?? [],
    );
  }
}
