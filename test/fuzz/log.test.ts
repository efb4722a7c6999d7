import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Scope, scopeOf } from '@hearsay/spi';
import { SeededRandom } from '@hearsay/testkit';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { breaksIn, missingIn, phantomsIn } from './log/audit.ts';
import type { Follower } from './log/follower.ts';
import { LogFollower } from './log/log-follower.ts';
import { NaiveFollower } from './log/naive-follower.ts';
import { OpenTransaction } from './log/open-transaction.ts';
import { optionsOf } from './log/options.ts';
import { planOf, SCOPES } from './log/plan.ts';
import type { DatabaseReport } from './log/report.ts';
import { makeStage, missing } from './log/stage/make.ts';
import { DATABASES, type DatabaseName, type MadeStage, type Stage } from './log/stage/stage.ts';
import {
  committed,
  counters,
  type LoggedRow,
  logged,
  settle,
  visible,
} from './log/stage/tables.ts';
import { runTransaction } from './log/transaction.ts';
import { transactionOf } from './log/truth.ts';
import { defectsOf, lostIn } from './log/verdict.ts';

const SCOPE: Scope = scopeOf('hot');

/** Skipped, with the reason in its name, where the database is not there. */
function describeOn(database: DatabaseName, body: () => void): void {
  const reason = missing(database);
  if (reason === undefined) describe(database, body);
  else test.skip(`${database} [${reason}]`, () => {});
}

async function madeStage(database: DatabaseName): Promise<MadeStage> {
  const stage = await makeStage(database);
  onTestFinished(() => stage.remove());
  return stage;
}

/** Takes its number now, commits when asked. */
async function begun(stage: Stage, session: number): Promise<OpenTransaction> {
  const log = await stage.openLog();
  onTestFinished(() => log.close());
  return OpenTransaction.begin(stage, log, session);
}

/** A follower that has begun. */
async function following(follower: Follower): Promise<Follower> {
  onTestFinished(() => follower.close());
  follower.use([SCOPE]);
  await follower.catchUp();
  return follower;
}

/** What it has lost when all is committed that ever will be. */
async function lostBy(stage: Stage, follower: Follower): Promise<readonly string[]> {
  const life = { follower, until: await visible(stage), isLast: true };
  await follower.catchUp();
  const evidence = {
    committed: await committed(stage),
    logged: await logged(stage),
    isChain: (await counters(stage)).length > 0,
  };
  if (follower instanceof LogFollower) expect(defectsOf(life, evidence)).toEqual([]);
  return [...lostIn(life, evidence)];
}

for (const database of ['postgres', 'postgres-xid8', 'mariadb'] as const)
  describeOn(database, () => {
    test('a number that is taken early and committed late is lost by whoever reads id > last (L1, L7)', async () => {
      const stage = await madeStage(database);
      const naive = await following(new NaiveFollower(stage));
      const right = await following(await LogFollower.open(stage, new SeededRandom(1)));
      const first = await begun(stage, 1);
      await (await begun(stage, 2)).commit();
      await Promise.all([naive.catchUp(), right.catchUp()]);
      await first.commit();
      expect(await lostBy(stage, naive)).toEqual([transactionOf({ session: 1, serial: 0 })]);
      expect(await lostBy(stage, right)).toEqual([]);
    });
  });

for (const database of ['sqlite', 'better-sqlite3'] as const)
  describe(database, () => {
    test('numbers that are rolled back come again, and nobody has seen them', async () => {
      const stage = await madeStage(database);
      const naive = await following(new NaiveFollower(stage));
      await (await begun(stage, 1)).commit();
      const undone = await begun(stage, 2);
      await naive.catchUp();
      await undone.rollback();
      await (await begun(stage, 3)).commit();
      expect(await lostBy(stage, naive)).toEqual([]);
    });

    test('numbers of rows that were cleaned away come again, and whoever reads id > last loses them', async () => {
      const stage = await madeStage(database);
      const naive = await following(new NaiveFollower(stage));
      const right = await following(await LogFollower.open(stage, new SeededRandom(1)));
      await (await begun(stage, 1)).commit();
      await naive.catchUp();
      const cleaner = await stage.connect();
      await cleaner.run('DELETE FROM committed');
      await (await begun(stage, 2)).commit();
      expect(await lostBy(stage, naive)).toEqual([transactionOf({ session: 2, serial: 0 })]);
      expect(await lostBy(stage, right)).toEqual([]);
    });
  });

describe('the audit of a log', () => {
  const row = (version: number, name: string, appendId: string, prevId: string): LoggedRow => {
    return { scope: 'hot', version, appendId, prevId, kind: 'key', name };
  };
  const first = row(1, '0/0/1', 'a'.repeat(16), '0'.repeat(16));
  const second = row(2, '0/1/1', 'b'.repeat(16), first.appendId);
  const truth = [0, 1].map((serial) => {
    return { session: 0, serial, scope: 'hot', kind: 'key', name: `0/${serial}/1` } as const;
  });
  const logOf = (...rows: LoggedRow[]) => new Map([['hot', rows]]);
  const counter = { scope: 'hot', version: 2, appendId: second.appendId };

  test('finds nothing in a whole one', () => {
    expect(missingIn(logOf(first, second), truth).size).toBe(0);
    expect(phantomsIn(logOf(first, second), truth)).toEqual([]);
    expect(breaksIn(logOf(first, second), [counter])).toEqual([]);
  });

  test('finds what is missing, what nobody committed, gaps, wrong links, a wrong counter', () => {
    expect([...missingIn(logOf(first), truth)]).toEqual(['0/1']);
    expect(phantomsIn(logOf(first, second), truth.slice(0, 1))).toHaveLength(1);
    expect(breaksIn(logOf(second), [counter])).toHaveLength(1);
    expect(breaksIn(logOf(first, { ...second, prevId: second.appendId }), [counter])).toHaveLength(
      1,
    );
    expect(breaksIn(logOf(first), [counter])).toHaveLength(1);
    expect(breaksIn(new Map(), [counter])).toHaveLength(1);
  });
});

test('a seed makes the same transactions again, another seed others, and all kinds come', () => {
  const plans = (seed: number) => {
    const random = new SeededRandom(seed);
    return Array.from({ length: 3_000 }, () => planOf(random, 100));
  };
  expect(plans(1)).toEqual(plans(1));
  expect(plans(1)).not.toEqual(plans(2));
  const endings = new Set(plans(1).map(({ ending }) => ending));
  expect([...endings].sort()).toEqual(['commit', 'cut', 'drop', 'kill', 'rollback']);
  const acts = new Set(plans(1).flatMap((plan) => plan.acts.map(({ kind }) => kind)));
  expect(acts.size).toBe(7);
  const scopes = plans(1).flatMap((plan) =>
    plan.acts.flatMap((act) => ('items' in act ? act.items.map(({ scope }) => scope) : [])),
  );
  expect(new Set(scopes)).toEqual(new Set(SCOPES));
});

for (const database of ['postgres', 'mariadb'] as const)
  describeOn(database, () => {
    test.each(['cut', 'kill'] as const)(
      'a connection that ends within COMMIT (%s) leaves all of its transaction or nothing (L2)',
      async (ending) => {
        const stage = await madeStage(database);
        const log = await stage.openLog();
        onTestFinished(() => log.close());
        const origin = { node: 'n1', epoch: '00000000000000aa' } as never;
        const items = [{ scope: SCOPE, kind: 'key', n: 1 }] as const;
        const acts = [{ kind: 'note', items } as const, { kind: 'append', items } as const];
        const outcomes = new Set<string>();
        for (let session = 0; session < 10; session++) {
          const connection = await stage.connect();
          const running = { log, connection, origin, session, serial: 0, hasEarlyNumbers: false };
          const plan = { way: 'write', beginning: 'plain', acts, ending } as const;
          outcomes.add(
            await runTransaction(plan, running).then(
              () => 'committed',
              (error: Error) => error.constructor.name,
            ),
          );
          await connection.close();
        }
        if (ending === 'cut') expect([...outcomes]).toEqual(['CommitUncertainError']);
        expect(['CommitUncertainError', 'committed']).toEqual(
          expect.arrayContaining([...outcomes]),
        );
        await settle(stage);
        const [there, rows] = [await committed(stage), await logged(stage)];
        expect(missingIn(rows, there).size).toBe(0);
        expect(phantomsIn(rows, there)).toEqual([]);
        expect(breaksIn(rows, await counters(stage))).toEqual([]);
      },
    );
  });

describe('npm run fuzz -- log', () => {
  test.each([
    [['--commits', '9'], '--commits'],
    [['--database', 'moon'], '--database'],
    [['--seed', '-1'], '--seed'],
    [['--writers', '0'], '--writers'],
    [['--readers', '17'], '--readers'],
    [['--reader', 'clever'], '--reader'],
  ])('a wrong option is named: %j', (options, named) => {
    expect(() => optionsOf(options)).toThrow(named);
  });

  test('a wrong option ends it, and help is help', () => {
    expect(command(['--reader', 'clever']).status).toBe(2);
    expect(optionsOf(['--help'])).toBeUndefined();
    expect(optionsOf([])).toMatchObject({ commits: 100_000, databases: DATABASES, writers: 4 });
  });

  for (const database of DATABASES)
    describeOn(database, () => {
      test('loses nothing', { timeout: 120_000 }, () => {
        const { status, stdout, stderr } = command([...SHORT, '--database', database]);
        expect(stderr).toBe('');
        const report = lastOf(stdout);
        expect(report).toMatchObject({ name: database, readers: 2, lost: 0, defects: [] });
        expect(report.commits).toBeGreaterThanOrEqual(300);
        expect(report.lives).toBeGreaterThanOrEqual(2);
        expect(report.delivered).toBeGreaterThan(0);
        expect(report.rolledBack).toBeGreaterThan(0);
        expect(report.droppedConnections).toBeGreaterThan(0);
        // Nothing prunes, so that a reset would hide a loss.
        expect(report.resets).toBe(0);
        expect(status).toBe(0);
      });
    });

  for (const database of ['postgres', 'postgres-xid8', 'mariadb'] as const)
    describeOn(database, () => {
      test('fails with readers of id > last', { timeout: 120_000 }, () => {
        const options = ['--commits', '20', '--writers', '1', '--readers', '1', '--json'];
        const { status, stdout } = command([
          ...options,
          '--reader',
          'naive',
          '--database',
          database,
        ]);
        expect(lastOf(stdout).lost).toBeGreaterThan(0);
        expect(status).toBe(1);
      });
    });

  test('interrupted, it takes its file and its processes away', { timeout: 60_000 }, async () => {
    const directory = mkdtempSync(join(tmpdir(), 'hearsay-test-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const child = spawn(process.execPath, [SCRIPT, 'log', '--database', 'sqlite'], {
      stdio: 'ignore',
      env: { ...process.env, TMPDIR: directory },
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    await vi.waitUntil(() => globSync(join(directory, '*/data.db')).length > 0, 30_000);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(readdirSync(directory)).toEqual([]);
  });
});

const SHORT = [
  ...['--commits', '300', '--writers', '2', '--readers', '2'],
  ...['--seed', '1', '--json'],
];
const SCRIPT = fileURLToPath(new URL('main.ts', import.meta.url));

function lastOf(stdout: string): DatabaseReport {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '').databases[0];
}

function command(options: readonly string[]) {
  return spawnSync(process.execPath, [SCRIPT, 'log', ...options], { encoding: 'utf8' });
}
