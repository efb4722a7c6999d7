import { randomBytes } from 'node:crypto';
import { type Invalidation, LIMITS } from '@hearsay/spi';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { PostgresCluster, postgresBinaries } from '../../../../test/databases/postgres-cluster.ts';
import { DatabaseFullError, openPostgresLog } from '../../src/index.js';
import { ORIGIN, TABLE, versionOf } from '../support.js';

const canMount = process.getuid?.() === 0 && process.platform === 'linux';

test.skipIf(!canMount || postgresBinaries() === undefined)(
  'a disk that is full is an error of its own; what was read is read on, and room makes it go on',
  async () => {
    const cluster = await PostgresCluster.create();
    onTestFinished(() => cluster.destroy());
    await cluster.startWithSmallDisk(8 * 2 ** 20);
    const pool = new pg.Pool({ connectionString: cluster.url });
    pool.on('error', () => undefined);
    onTestFinished(() => pool.end());
    await pool.query(`CREATE TABLESPACE small LOCATION '${cluster.smallDisk}'`);
    await pool.query('ALTER ROLE postgres SET default_tablespace = small');
    await pool.query(`CREATE TABLE ballast TABLESPACE small AS
      SELECT n, repeat('x', 1000) AS text FROM generate_series(1, 3000) n`);
    const log = await openPostgresLog({ connectionString: cluster.url });
    onTestFinished(() => log.close());
    const batch = (): Invalidation[] =>
      Array.from({ length: LIMITS.batchEventsMax }, () => ({
        scope: TABLE,
        target: { kind: 'key', key: randomBytes(400).toString('hex') },
      }));
    const fill = async () => {
      for (;;) await log.append(ORIGIN, batch());
    };
    await expect(fill()).rejects.toThrow(DatabaseFullError);
    const full = await versionOf(log);
    expect(full % LIMITS.batchEventsMax).toBe(0);
    const write = log.write(pool, ORIGIN, async (tx) => {
      for (const { target } of batch()) tx.invalidate('table', { key: target.key });
    });
    await expect(write).rejects.toThrow(DatabaseFullError);
    expect(await versionOf(log)).toBe(full);
    await pool.query('DROP TABLE ballast');
    await log.append(ORIGIN, batch().slice(0, 100));
    expect(await versionOf(log)).toBe(full + 100);
  },
  60_000,
);
