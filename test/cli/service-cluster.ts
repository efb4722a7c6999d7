/** Three nodes of one service over one SQLite file, each with a cache of its items, and the commands that ask them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout } from 'node:timers/promises';
import { type AdminOptions, type Cache, type Hearsay, startHearsay } from '@hearsay/embed';
import { type CommandOptions, hearsay, type Outcome } from './standalone-cluster.ts';

export interface Item {
  readonly name: string;
  readonly cents: number;
}

export interface ServiceNode {
  readonly hearsay: Hearsay;
  readonly items: Cache<Item>;
  /** Of its mesh, and of its admin API. */
  readonly address: string;
  readonly url: string;
}

export class ServiceCluster {
  readonly directory = mkdtempSync(join(tmpdir(), 'hearsay-verify-'));
  readonly nodes: ServiceNode[] = [];
  readonly db = new DatabaseSync(join(this.directory, 'shop.db'), { timeout: 5_000 });

  /** Named `node-1` and so on, linked and coherent; `itemCount` items, `item/0` and on, are cached on each. */
  static async start(itemCount: number, admin: AdminOptions = {}): Promise<ServiceCluster> {
    const cluster = new ServiceCluster();
    cluster.db.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE item (key PRIMARY KEY, name, cents) WITHOUT ROWID',
    );
    const insert = cluster.db.prepare('INSERT INTO item VALUES (?, ?, ?)');
    for (let index = 0; index < itemCount; index++) insert.run(`item/${index}`, `i${index}`, index);
    for (const name of ['node-1', 'node-2', 'node-3']) await cluster.#add(name, admin);
    for (const { hearsay: node } of cluster.nodes)
      while (node.status().coherence !== 'coherent' || node.status().peers.length < 2)
        await setTimeout(10);
    for (const { items } of cluster.nodes)
      for (let index = 0; index < itemCount; index++)
        await items.getOrLoad(`item/${index}`, ({ key }) => cluster.row(key));
    cluster.module(
      'load.mjs',
      `import { DatabaseSync } from 'node:sqlite';
const db = new DatabaseSync(${JSON.stringify(join(cluster.directory, 'shop.db'))}, { readOnly: true });
const row = db.prepare('SELECT cents, name FROM item WHERE key = ?');
export const load = (_scope, keys) => new Map(keys.map((key) => [key, row.get(key)]));
export const close = () => db.close();`,
    );
    return cluster;
  }

  /** What a service's own loader reads. */
  row(key: string): Item | undefined {
    return this.db.prepare('SELECT name, cents FROM item WHERE key = ?').get(key) as
      | Item
      | undefined;
  }

  node(index: number): ServiceNode {
    return this.nodes[index] as ServiceNode;
  }

  /** Writes a module into the directory that commands run in. */
  module(name: string, text: string): void {
    writeFileSync(join(this.directory, name), text);
  }

  /** Asks the first node. */
  ask(argv: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
    const environment = { HEARSAY_ADMIN_URL: this.node(0).url, ...options.environment };
    return hearsay(argv, { cwd: this.directory, ...options, environment });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.hearsay.close()));
    this.db.close();
    rmSync(this.directory, { recursive: true });
  }

  async #add(name: string, admin: AdminOptions): Promise<void> {
    const node = await startHearsay({
      node: name,
      log: { sqlite: join(this.directory, 'shop.db') },
      mesh: { listen: '127.0.0.1:0' },
      admin: { listen: '127.0.0.1:0', ...admin },
    });
    const items = node.cache<Item>('item', { ttlMs: 600_000, negativeTtlMs: 600_000 });
    const { listening, adminAddress = '' } = node.status();
    this.nodes.push({ hearsay: node, items, address: listening[0] ?? '', url: adminAddress });
  }
}
