/** One run over one database: its processes, and what came of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SeededRandom } from '@hearsay/testkit';
import { breaksIn, missingIn, phantomsIn } from './audit.ts';
import {
  type Pace,
  type ReaderMessage,
  type ReaderReport,
  type ReaderTask,
  SESSIONS_MAX,
  shortened,
  type ToReader,
  type WriterCounts,
  type WriterMessage,
  type WriterTask,
} from './messages.ts';
import { OpenTransaction } from './open-transaction.ts';
import type { LogFuzzOptions } from './options.ts';
import type { DatabaseReport } from './report.ts';
import { makeStage } from './stage/make.ts';
import { type DatabaseName, isSqlite, type MadeStage, type Place } from './stage/stage.ts';
import { committed, counters, logged, settle } from './stage/tables.ts';
import { transactionOf } from './truth.ts';

/** Commits for each writer that is killed. */
const COMMITS_A_KILL = 5000;
const STUCK_MS = 120_000;
const WATCH_MS = 50;
/** From here on holds, lives and pauses are as long as they get. */
const COMMITS_AT_FULL_PACE = 20_000;

/** Sessions beyond those of all writers. */
const LATE_SESSION = 2_000_000_000;

interface Writer {
  readonly index: number;
  readonly process: ChildProcess;
  counts: WriterCounts;
  isDone: boolean;
}

interface Reader {
  readonly process: ChildProcess;
  readonly heard: Readonly<Record<ReaderMessage['kind'], PromiseWithResolvers<ReaderMessage>>>;
  /** Gossip: every other one, so that what it brings cannot hide what polls miss. */
  readonly hears: boolean;
}

export class LogRun {
  readonly #database: DatabaseName;
  readonly #options: LogFuzzOptions;
  readonly #random: SeededRandom;
  readonly #aborted = Promise.withResolvers<never>();
  readonly #children = new Set<ChildProcess>();
  /** The last one is the naive one that runs beside. */
  readonly #readers: Reader[] = [];
  readonly #writers: Writer[] = [];
  readonly #past: WriterCounts = { commits: 0, rolledBack: 0, uncertain: 0, dropped: 0 };
  readonly #defects: string[] = [];
  #making: Promise<MadeStage> | undefined;
  #stage: MadeStage | undefined;
  #lives = 0;
  #isClosed = false;

  constructor(database: DatabaseName, options: LogFuzzOptions) {
    this.#database = database;
    this.#options = options;
    this.#random = new SeededRandom(options.seed);
    this.#aborted.promise.catch(() => undefined);
  }

  /** Commits so far, as far as the writers know. */
  get commits(): number {
    return this.#total.commits;
  }

  /** Ends {@link run} with this error. */
  abort(error: Error): void {
    this.#aborted.reject(error);
  }

  /** @throws {Error} a process failed, nothing moved for two minutes, or it was aborted */
  async run(): Promise<DatabaseReport> {
    try {
      return await Promise.race([this.#run(), this.#aborted.promise]);
    } finally {
      await this.#close();
    }
  }

  async #run(): Promise<DatabaseReport> {
    const startMs = performance.now();
    this.#making = makeStage(this.#database);
    this.#stage = await this.#making;
    for (let index = 0; index < this.#options.readers; index++)
      this.#read(index, this.#options.reader === 'naive');
    this.#read(this.#options.readers, true);
    await this.#all('begun');
    for (let index = 0; index < this.#options.writers; index++) this.#write(index);
    await this.#watch();
    await settle(this.#stageMade);
    await this.#comeLate();
    this.#tellAll({ kind: 'finish' });
    const reports = (await this.#all('judged')).flatMap((last) =>
      last.kind === 'judged' ? [last.report] : [],
    );
    return this.#report(reports, (performance.now() - startMs) / 1000);
  }

  get #stageMade(): MadeStage {
    if (this.#stage === undefined) throw new Error('the tables are not made');
    return this.#stage;
  }

  #read(index: number, isNaive: boolean): void {
    const { place } = this.#stageMade;
    const { seed, commits } = this.#options;
    const task: ReaderTask = {
      place,
      pace: paceOf(place, commits),
      seed: seed + 1000 + index,
      isNaive,
    };
    const child = this.#fork('reader.ts', task);
    const heard: Reader['heard'] = {
      begun: Promise.withResolvers(),
      staying: Promise.withResolvers(),
      judged: Promise.withResolvers(),
    };
    child.on('message', (message: ReaderMessage) => heard[message.kind].resolve(message));
    child.on('exit', (code, signal) => {
      if (code !== 0) this.abort(new Error(`a reader ended with ${code ?? signal}`));
    });
    this.#readers.push({ process: child, heard, hears: !isNaive && index % 2 === 1 });
  }

  /** Resolves when all readers have said it. */
  #all(kind: ReaderMessage['kind']): Promise<ReaderMessage[]> {
    return Promise.all(this.#readers.map(({ heard }) => heard[kind].promise));
  }

  #tellAll(message: ToReader): void {
    for (const { process, hears } of this.#readers)
      if (process.connected && (hears || message.kind !== 'gossip')) process.send(message);
  }

  /** While all readers look on, a transaction that took its number first commits last (rules L1, L7). */
  async #comeLate(): Promise<void> {
    const stage = this.#stageMade;
    const log = await stage.openLog();
    // On SQLite one writer's transaction keeps all others out.
    const late = isSqlite(this.#database)
      ? undefined
      : await OpenTransaction.begin(stage, log, LATE_SESSION);
    await (await OpenTransaction.begin(stage, log, LATE_SESSION + 1)).commit();
    this.#tellAll({ kind: 'stay' });
    await this.#all('staying');
    await late?.commit();
    await log.close();
  }

  #write(index: number, commits = Math.ceil(this.#options.commits / this.#options.writers)): void {
    const life = this.#lives++;
    const { place } = this.#stageMade;
    const task: WriterTask = {
      place,
      pace: paceOf(place, this.#options.commits),
      seed: this.#options.seed + 100_003 * (life + 1),
      session: life * SESSIONS_MAX,
      commits,
    };
    const child = this.#fork('writer.ts', task);
    const counts: WriterCounts = { commits: 0, rolledBack: 0, uncertain: 0, dropped: 0 };
    const writer: Writer = { index, process: child, counts, isDone: false };
    this.#writers[index] = writer;
    child.on('message', (message: WriterMessage) => this.#heard(writer, message));
    child.on('exit', (code, signal) => {
      if (writer.isDone) return;
      if (signal === 'SIGKILL') this.#replace(writer, commits);
      else this.abort(new Error(`a writer ended with ${code ?? signal}`));
    });
  }

  #heard(writer: Writer, message: WriterMessage): void {
    if (message.kind === 'gossip') {
      this.#tellAll(message);
      return;
    }
    writer.counts = message.counts;
    if (message.kind !== 'done') return;
    writer.isDone = true;
    this.#defects.push(...message.defects);
  }

  /** What a killed writer did in its last moments nobody knows but the database. */
  #replace({ index, counts }: Writer, commits: number): void {
    addTo(this.#past, { ...counts, dropped: counts.dropped + 1 });
    this.#write(index, Math.max(1, commits - counts.commits));
  }

  /** Until all writers have ended; kills some on the way. */
  async #watch(): Promise<void> {
    const kills = Math.max(1, Math.floor(this.#options.commits / COMMITS_A_KILL));
    let [killed, before, movedMs] = [0, -1, performance.now()];
    while (this.#writers.some(({ isDone }) => !isDone)) {
      await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
      this.#checkOpen();
      const { commits } = this;
      if (commits !== before) movedMs = performance.now();
      before = commits;
      if (performance.now() - movedMs > STUCK_MS)
        throw new Error(`nothing was committed for ${STUCK_MS} ms`);
      if (commits < ((killed + 0.5) * this.#options.commits) / kills || killed >= kills) continue;
      killed++;
      const writer = this.#writers[Math.floor(this.#random.next() * this.#writers.length)];
      if (writer && !writer.isDone) writer.process.kill('SIGKILL');
    }
  }

  get #total(): WriterCounts {
    const total = { ...this.#past };
    for (const { counts } of this.#writers) addTo(total, counts);
    return total;
  }

  async #report(all: readonly ReaderReport[], seconds: number): Promise<DatabaseReport> {
    const reports = all.slice(0, -1);
    const truth = await committed(this.#stageMade);
    const log = await logged(this.#stageMade);
    const heads = await counters(this.#stageMade);
    const missing = missingIn(log, truth).size;
    const defects = [
      ...this.#defects,
      ...phantomsIn(log, truth),
      ...(heads.length > 0 ? breaksIn(log, heads) : []),
      ...reports.flatMap((report) => report.defects),
    ];
    const sum = (of: (report: ReaderReport) => number) =>
      reports.reduce((total, report) => total + of(report), 0);
    const { rolledBack, uncertain, dropped } = this.#total;
    return {
      name: this.#database,
      commits: new Set(truth.map(transactionOf)).size,
      rolledBack,
      uncertain,
      droppedConnections: dropped,
      readers: reports.length,
      lives: sum(({ lives }) => lives),
      polls: sum(({ polls }) => polls),
      delivered: sum(({ delivered }) => delivered),
      resets: sum(({ resets }) => resets),
      lost: missing + sum(({ lost }) => lost),
      naiveLost: all.at(-1)?.lost ?? 0,
      seconds: Number(seconds.toFixed(1)),
      defects: shortened(defects),
    };
  }

  #fork(script: string, task: object): ChildProcess {
    this.#checkOpen();
    const path = fileURLToPath(new URL(script, import.meta.url));
    const child = fork(path, [JSON.stringify(task)], { stdio: ['ignore', 2, 2, 'ipc'] });
    this.#children.add(child);
    child.on('error', (error) => this.abort(error));
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new Error('the run is over');
  }

  async #close(): Promise<void> {
    this.#isClosed = true;
    const ends = [...this.#children].map((child) => {
      child.removeAllListeners('exit');
      const end = once(child, 'exit');
      child.kill('SIGKILL');
      return end;
    });
    await Promise.all(ends);
    // It may have been interrupted while they were made.
    const stage = await this.#making?.catch(() => undefined);
    await stage?.remove();
  }
}

function addTo(total: WriterCounts, counts: WriterCounts): void {
  for (const key of ['commits', 'rolledBack', 'uncertain', 'dropped'] as const)
    total[key] += counts[key];
}

function paceOf({ database }: Place, commits: number): Pace {
  const share = Math.min(1, Math.max(0.05, commits / COMMITS_AT_FULL_PACE));
  return {
    // One lock covers the file of SQLite: who holds it holds up everyone.
    holdMsMax: isSqlite(database) ? 50 : 1000 * Math.max(0.2, share),
    lifeMsMin: 4000 * share,
    lifeMsMax: 20_000 * share,
    sleepMsMax: 6000 * share,
  };
}
