import { setTimeout as sleep } from 'node:timers/promises';
import { type Announcement, type Invalidation, invalidationOf, type Origin } from '@hearsay/spi';
import type { Act, Item, TransactionPlan } from './plan.ts';
import type { Connection, Log, Step } from './stage/stage.ts';
import { CHANGED_SCOPE, CHANGED_TABLE, noteSql } from './stage/tables.ts';
import type { Named } from './truth.ts';

/** Who runs the transaction, and as which one. */
export interface Running {
  readonly log: Log;
  readonly connection: Connection;
  readonly origin: Origin;
  readonly session: number;
  readonly serial: number;
  readonly hasEarlyNumbers: boolean;
}

/** Nothing came of it, as it was planned. */
export class TakenBackError extends Error {}

/**
 * Runs a planned transaction to its end.
 * @returns what it appended, once it is committed
 * @throws {TakenBackError} rolled back, or its connection broken before COMMIT
 * @throws what the log or the database throws
 */
export async function runTransaction(
  plan: TransactionPlan,
  running: Running,
): Promise<readonly Announcement[]> {
  const { connection, log, origin } = running;
  connection.onCommitSent = undefined;
  if (plan.ending === 'cut') connection.onCommitSent = () => connection.drop();
  if (plan.ending === 'kill') connection.onCommitSent = () => connection.kill();
  if (plan.way === 'append') {
    const invalidations = plan.acts.flatMap((act) =>
      act.kind === 'append' ? invalidationsOf(act.items, running, ALONE) : [],
    );
    return (await log.append(origin, invalidations)).announcements;
  }
  // `write` ends its transaction itself; what it is to be broken by goes before it.
  if (plan.way === 'write' && plan.ending !== 'rollback' && plan.ending !== 'drop')
    return connection.write(log, origin, stepsOf(plan, running));
  return runOwn(plan, running);
}

async function runOwn(plan: TransactionPlan, running: Running): Promise<readonly Announcement[]> {
  const { connection } = running;
  await connection.begin(plan.beginning);
  const kept: Announcement[] = [];
  try {
    let sinceSavepoint: number | undefined;
    for (const act of plan.acts) {
      if (act.kind === 'savepoint') sinceSavepoint = kept.length;
      if (act.kind === 'take-back' && sinceSavepoint !== undefined) kept.length = sinceSavepoint;
      kept.push(...(await perform(act, running)));
    }
  } catch (error) {
    await connection.rollback().catch(() => undefined);
    throw error;
  }
  return end(plan, running, kept);
}

async function end(
  { ending }: TransactionPlan,
  { connection }: Running,
  appended: readonly Announcement[],
): Promise<readonly Announcement[]> {
  if (ending === 'rollback') {
    await connection.rollback();
    throw new TakenBackError('rolled back');
  }
  if (ending === 'drop') {
    connection.drop();
    throw new TakenBackError('dropped');
  }
  if (await connection.commit()) return appended;
  throw new TakenBackError('COMMIT rolled back');
}

async function perform(act: Act, running: Running): Promise<readonly Announcement[]> {
  const { connection, log, origin } = running;
  if (act.kind === 'append') {
    const invalidations = invalidationsOf(act.items, running);
    return (await log.appendInTransaction(connection.tx, origin, invalidations)).announcements;
  }
  if (act.kind === 'hold') await sleep(act.forMs);
  for (const sql of sqlOf(act, running)) await connection.run(sql);
  return [];
}

/** For `write` of the log. */
function stepsOf({ acts }: TransactionPlan, running: Running): readonly Step[] {
  return acts.flatMap((act): readonly Step[] => {
    if (act.kind === 'append') return [{ invalidate: invalidationsOf(act.items, running) }];
    if (act.kind === 'hold') return [{ holdMs: act.forMs }];
    return sqlOf(act, running).map((sql) => ({ sql }));
  });
}

function sqlOf(act: Act, running: Running): readonly string[] {
  const { session, serial, hasEarlyNumbers } = running;
  switch (act.kind) {
    case 'early':
      return hasEarlyNumbers ? ['SELECT pg_current_xact_id()'] : [];
    case 'note':
      return [noteSql(session, serial, namedOf(act.items, running))];
    case 'change':
      return changeSql(act, running);
    case 'savepoint':
      return ['SAVEPOINT before_it'];
    case 'take-back':
      return ['ROLLBACK TO SAVEPOINT before_it'];
    case 'append':
    case 'hold':
      return [];
  }
}

function changeSql(
  { n, to, removed }: Extract<Act, { kind: 'change' }>,
  running: Running,
): readonly string[] {
  const { session, serial } = running;
  const numbers = to === undefined ? [n] : [n, to];
  const items = numbers.map((each) => ({ scope: CHANGED_SCOPE, kind: 'key', n: each }) as const);
  const where = `WHERE session = ${session} AND serial = ${serial}`;
  return [
    noteSql(session, serial, namedOf(items, running)),
    `INSERT INTO ${CHANGED_TABLE} (session, serial, n) VALUES (${session}, ${serial}, ${n})`,
    ...(to === undefined ? [] : [`UPDATE ${CHANGED_TABLE} SET n = ${to} ${where} AND n = ${n}`]),
    ...(removed ? [`DELETE FROM ${CHANGED_TABLE} ${where}`] : []),
  ];
}

/** The first segment of what `append` of the log appends: it stands in no transaction of a writer's. */
export const ALONE = 'alone/';

function invalidationsOf(
  items: readonly Item[],
  running: Running,
  prefix = '',
): readonly Invalidation[] {
  return namedOf(items, running, prefix).map(({ scope, kind, name }) =>
    invalidationOf(scope, { [kind]: name } as { key: string }),
  );
}

function namedOf(
  items: readonly Item[],
  { session, serial }: Running,
  prefix = '',
): readonly Named[] {
  return items.map(({ scope, kind, n }) => {
    return { scope, kind, name: `${prefix}${session}/${serial}/${n}` };
  });
}
