/** A writer's process: transactions by seed, over several connections; argv[2] is its task. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Announcement, type Epoch, nodeNameOf, type Origin, originId } from '@hearsay/spi';
import { SeededRandom } from '@hearsay/testkit';
import { CommitUncertainError, WriteContendedError } from '@hearsay/version-log';
import { shortened, type WriterCounts, type WriterMessage, type WriterTask } from './messages.ts';
import { planOf, type TransactionPlan } from './plan.ts';
import { joinStage } from './stage/join.ts';
import { type Connection, isSqlite, type Stage } from './stage/stage.ts';
import { committed, logged } from './stage/tables.ts';
import { runTransaction, TakenBackError } from './transaction.ts';
import { transactionOf } from './truth.ts';

/** Connections at once; a thread has one of SQLite. */
const LANES = 6;
const RETRIES_MAX = 10;
const RETRY_MS_MAX = 20;
const REPORT_MS = 100;
/** Gossip is lost most of the time: of each such span, this share is told. */
const GOSSIP_SPAN_MS = 1000;
const GOSSIP_SHARE = 0.4;

/** What PostgreSQL, MariaDB and SQLite say to one who is to try again. */
const RETRY_CODES = new Set<unknown>(['40001', '40P01', '55P03', 1213, 1020, 1205, 5, 517]);

const task: WriterTask = JSON.parse(process.argv[2] ?? '');
// The parent ends it.
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit(1));

const counts: WriterCounts = { commits: 0, rolledBack: 0, uncertain: 0, dropped: 0 };
const told = { committed: new Set<string>(), undone: new Set<string>(), places: [] as string[] };
const surprises: string[] = [];
let gossip: Announcement[] = [];
let sessions = 0;

const stage = await joinStage(task.place);
const log = await stage.openLog();
const origin: Origin = {
  node: nodeNameOf(`w${task.session}`),
  epoch: '00000000000000aa' as Epoch,
};
const isOnSqlite = isSqlite(task.place.database);

async function main(): Promise<void> {
  const timer = setInterval(report, REPORT_MS);
  await Promise.all(Array.from({ length: isOnSqlite ? 1 : LANES }, (_, lane) => write(lane)));
  clearInterval(timer);
  report();
  const defects = shortened([...surprises, ...(await contradictions(stage))]);
  await log.close();
  await stage.close();
  const last: WriterMessage = { kind: 'done', counts, defects };
  process.send?.(last, () => process.exit(0));
}

async function write(lane: number): Promise<void> {
  const random = new SeededRandom(task.seed + lane * 7919);
  let line: Line | undefined;
  while (counts.commits < task.commits) {
    const plan = planOf(random, task.pace.holdMsMax);
    for (let attempt = 0; attempt <= RETRIES_MAX; attempt++) {
      line = line?.isUsable ? line : await Line.open(stage);
      if ((await tryOnce(plan, line)) !== 'contended') break;
      await sleep(RETRY_MS_MAX * random.next());
    }
  }
  await line?.connection.close();
}

/** One connection, which is one session. */
class Line {
  readonly connection: Connection;
  readonly session: number;
  serial = 0;
  isUsable = true;

  private constructor(connection: Connection) {
    this.connection = connection;
    this.session = task.session + sessions++;
  }

  static async open(on: Stage): Promise<Line> {
    return new Line(await on.connect());
  }

  /** Broken, or nobody knows what it did: what comes next is another session. */
  giveUp(): void {
    this.isUsable = false;
    counts.dropped++;
    void this.connection.close();
  }
}

async function tryOnce(plan: TransactionPlan, line: Line): Promise<'ended' | 'contended'> {
  const { connection, session } = line;
  const serial = line.serial++;
  const hasEarlyNumbers = task.place.database.startsWith('postgres');
  const running = { log, connection, origin, session, serial, hasEarlyNumbers };
  const name = transactionOf({ session, serial });
  try {
    const announcements = await runTransaction(plan, running);
    if (plan.way !== 'append') {
      told.committed.add(name);
      counts.commits++;
    }
    tell(announcements);
    return 'ended';
  } catch (error) {
    return failed(error, plan, line, name);
  } finally {
    // What is to break it may come only now.
    if (line.isUsable && !isOnSqlite && ['cut', 'kill'].includes(plan.ending)) line.giveUp();
  }
}

function failed(
  error: unknown,
  { ending }: TransactionPlan,
  line: Line,
  name: string,
): 'ended' | 'contended' {
  if (isContended(error)) {
    counts.rolledBack++;
    told.undone.add(name);
    return 'contended';
  }
  if (error instanceof TakenBackError) {
    counts.rolledBack++;
    told.undone.add(name);
    if (ending === 'drop') line.giveUp();
    return 'ended';
  }
  if (error instanceof CommitUncertainError) gossip.push(...error.hints);
  else if (ending !== 'cut' && ending !== 'kill') surprises.push(`unexpected: ${textOf(error)}`);
  counts.uncertain++;
  if (line.isUsable) line.giveUp();
  return 'ended';
}

function isContended(error: unknown): boolean {
  if (error instanceof WriteContendedError) return true;
  const { code, errno, errcode } = (error ?? {}) as Record<string, unknown>;
  return (
    [code, errno, errcode].some((each) => RETRY_CODES.has(each)) ||
    /^SQLITE_BUSY/.test(String(code))
  );
}

function tell(announcements: readonly Announcement[]): void {
  const isTold = Date.now() % GOSSIP_SPAN_MS < GOSSIP_SHARE * GOSSIP_SPAN_MS;
  for (const each of announcements) {
    if (isTold) gossip.push(each);
    const { scope, place } = each;
    if (place) told.places.push(`${scope} ${place.version} ${place.appendId}`);
  }
}

function report(): void {
  say({ kind: 'wrote', counts });
  if (gossip.length > 0) say({ kind: 'gossip', announcements: gossip });
  gossip = [];
}

function say(message: WriterMessage): void {
  process.send?.(message);
}

/** What this writer was told of its transactions, held against the database. */
async function contradictions(on: Stage): Promise<readonly string[]> {
  const first = task.session;
  const mine = (await committed(on)).filter(
    ({ session }) => session >= first && session < first + sessions,
  );
  const there = new Set(mine.map(transactionOf));
  const rows = [...(await logged(on, originId(origin))).values()].flat();
  const places = new Set(rows.map((row) => `${row.scope} ${row.version} ${row.appendId}`));
  return [
    ...[...told.committed]
      .filter((name) => !there.has(name))
      .map((name) => `${name} was told to be committed, and is not`),
    ...[...told.undone]
      .filter((name) => there.has(name))
      .map((name) => `${name} was told to be rolled back, and is committed`),
    ...told.places
      .filter((place) => !places.has(place))
      .map((place) => `${place} was announced, and is not in the log`),
  ];
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
