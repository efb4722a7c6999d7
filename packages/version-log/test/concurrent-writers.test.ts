import {
  type ChainHead,
  type LogPlace,
  type LogRow,
  type Scope,
  type ScopeReading,
  scopeOf,
} from '@hearsay/spi';
import { expect, test } from 'vitest';
import type { SqliteVersionLog } from '../src/index.js';
import { runScript } from './processes/run-script.js';
import { connect, expectChain, openLog, START, TABLE, temporaryPath } from './support.js';

const SCOPES = [TABLE, scopeOf('role')];
const WRITERS = 3;
const WRITES_EACH = 150;

/** Follows the chains from GENESIS as a node would, and keeps all it saw. */
class Follower {
  readonly seen = new Map<Scope, LogRow[]>(SCOPES.map((scope) => [scope, []]));
  readonly #ends = new Map<Scope, ChainHead>(SCOPES.map((scope) => [scope, START]));
  readonly #log: SqliteVersionLog;

  constructor(log: SqliteVersionLog) {
    this.#log = log;
  }

  /** @returns whether it is at the heads */
  async poll(): Promise<boolean> {
    const { readings } = await this.#log.poll({ positions: this.#ends, rowsMax: 64 });
    return readings.map((reading) => this.#follow(reading)).every(Boolean);
  }

  #follow({ scope, rows, head }: ScopeReading): boolean {
    const end = expectChain(this.#ends.get(scope) ?? START, rows);
    this.seen.get(scope)?.push(...rows);
    this.#ends.set(scope, end);
    expect(end.version).toBeLessThanOrEqual(head.version);
    if (end.version === head.version) expect(end).toEqual(head);
    return end.version === head.version;
  }
}

test.each(['wal', 'delete'])(
  'a reader sees every committed version of writers in other processes once, and no rollback (L1, %s)',
  async (mode) => {
    const path = temporaryPath();
    const db = connect(path);
    db.exec(`PRAGMA journal_mode = ${mode}; CREATE TABLE item (id INTEGER PRIMARY KEY, text TEXT)`);
    const log = await openLog(path, { pollTimeoutMs: 20_000 });
    const follower = new Follower(log);
    let running = true;
    const writers = Promise.all(
      Array.from({ length: WRITERS }, (_, i) =>
        runScript('write-log.ts', [path, `w${i}`, String(WRITES_EACH), String(i + 1)]),
      ),
    ).finally(() => {
      running = false;
    });
    // Also when polling fails first.
    writers.catch(() => undefined);
    while (running) await follower.poll();
    const outputs = await writers;
    while (!(await follower.poll()));

    const committed: { scope: Scope; place: LogPlace }[] = outputs.flatMap(({ stdout }) =>
      JSON.parse(stdout),
    );
    expect(committed.length).toBeGreaterThan(WRITES_EACH);
    for (const scope of SCOPES) {
      const rows = follower.seen.get(scope) ?? [];
      const places = committed.filter((one) => one.scope === scope).map(({ place }) => place);
      places.sort((a, b) => a.version - b.version);
      expect(rows.map(({ version, appendId, prevId }) => ({ version, appendId, prevId }))).toEqual(
        places.map(({ version, appendId, prevId }) => ({ version, appendId, prevId })),
      );
    }
    // What the transactions themselves wrote says the same as their invalidations.
    const named = SCOPES.flatMap((scope) =>
      (follower.seen.get(scope) ?? []).map((row) => `${scope} ${row.target.key}`),
    );
    const items = db.prepare('SELECT text FROM item').all();
    expect(named.sort()).toEqual(items.map((row) => String(row['text'])).sort());
  },
  60_000,
);
