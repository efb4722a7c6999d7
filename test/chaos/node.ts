/** One node: a process on a host of its own, with the real mesh, log and caches, under load. */
import { type Cache, type Hearsay, startHearsay } from '@hearsay/embed';
import type { Clock } from '@hearsay/spi';
import { pino } from 'pino';
import { nowUs, pause } from '../demo/clock.ts';
import { seededRandom } from '../demo/random.ts';
import { runProgram } from '../hosts/program.ts';
import { KEYS } from './keys.ts';
import type { DeathMoment, Row } from './node-store.ts';
import { openNodeStore } from './open-node-store.ts';
import { Reader, type TokenErrand } from './reader.ts';
import { Reporter } from './reporter.ts';
import { sharesOf, usedScopes } from './scopes.ts';
import { SelfStop } from './self-stop.ts';
import type { DatabaseKind } from './service-database.ts';
import { Writer } from './writer.ts';

export interface NodeConfig {
  readonly name: string;
  /** No other process of the run has it; 1 … */
  readonly life: number;
  readonly seed: number;
  readonly listen: string;
  readonly peers: readonly string[];
  readonly clusterKey: string;
  readonly database: { readonly kind: DatabaseKind; readonly address: string };
  readonly logFile: string;
  /** Says that it applies invalidations, and drops nothing. */
  readonly isDeaf: boolean;
  /** With a strict scope, and writers that revoke. */
  readonly strict: boolean;
}

export interface NodeStarted {
  readonly epoch: string;
  readonly readyUs: number;
}

/** What a node says of itself. */
export interface NodeView {
  readonly coherence: string;
  /** Epochs of those that it believes to be alive or suspects, itself among them. */
  readonly members: readonly string[];
  readonly appliedThrough: Readonly<Record<string, number>>;
  /** Strict scopes that it may not serve from memory now. */
  readonly rightless: readonly string[];
  readonly stats: Readonly<Record<string, number>>;
}

/** What its caches hold: scope, key, revision. */
export type CachedEntry = readonly [scope: string, key: string, revision: number];

const PRIME = 7919;
/** Mean time between two writes of one writer. */
const WRITE_MS = 40;
const REVOKE_MS = 150;
/** A revocation may wait for L: several at once. */
const REVOKERS = 3;
const TRIES_MAX = 20;
const TRY_AGAIN_MS = 250;

const config: NodeConfig = JSON.parse(process.argv[2] ?? '{}');
const store = openNodeStore(config.database);
const random = seededRandom((config.seed + config.life * PRIME) % 2 ** 32);
const reporter = new Reporter();
const scopes = usedScopes(config.strict);
const selfStop = new SelfStop();
let wallSkewMs = 0;
let hearsay: Hearsay;
let caches: readonly Cache<Row>[];
let reader: Reader;
let writers: readonly Writer[];

const clock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => {
    const wallMs = Date.now() + wallSkewMs;
    selfStop.pass();
    return wallMs;
  },
};

async function start(): Promise<NodeStarted> {
  const { name, listen, peers, clusterKey, logFile, life, strict } = config;
  hearsay = await startHearsay({
    node: name,
    log: store.log,
    mesh: { listen, peers, clusterKey },
    logger: pino({ level: 'info', base: { name, life } }, pino.destination(logFile)),
    clock,
  });
  caches = scopes.map(({ scope, cache }) => hearsay.cache<Row>(scope, cache));
  if (config.isDeaf) for (const cache of caches) cache.apply = () => 0;
  keepJournal();
  const shares = sharesOf(strict);
  const isReady = () => hearsay.status().ready;
  reader = new Reader({ caches, store, random, reporter, scopes: shares.reads, isReady });
  writers = Array.from({ length: strict ? 1 + REVOKERS : 1 }, (_, index) => {
    const isRevoker = index > 0;
    return new Writer({
      ...{ hearsay, random, reporter, isRevoker, scopes: shares.writes },
      store: isRevoker ? openNodeStore(config.database) : store,
      number: life * (1 + REVOKERS) + index,
      pauseMs: isRevoker ? REVOKE_MS : WRITE_MS,
    });
  });
  reporter.begin();
  reader.begin();
  return { epoch: hearsay.status().epoch, readyUs: nowUs() };
}

function keepJournal(): void {
  reporter.happened(['coherence', nowUs(), hearsay.status().coherence]);
  hearsay.on('coherence', (coherence) => reporter.happened(['coherence', nowUs(), coherence]));
  hearsay.on('reset', ({ scope, reason }) => {
    const followed = hearsay.status().scopes.find((one) => one.scope === scope);
    reporter.happened(['reset', nowUs(), scope, reason, followed?.appliedThrough ?? 0]);
  });
  hearsay.on('applied', ({ scope, appliedThrough, via }) =>
    reporter.happened(['applied', nowUs(), scope, appliedThrough, via]),
  );
  for (const cache of caches) {
    const { scope } = cache;
    cache.on('drop', ({ key, reason }) => reporter.happened(['drop', nowUs(), scope, key, reason]));
    cache.on('void', ({ key }) => reporter.happened(['void', nowUs(), scope, key]));
  }
}

/** Dies while it writes; tries until it gets to a COMMIT. */
async function crash({ moment }: { moment: DeathMoment }): Promise<void> {
  const [writer] = writers;
  await writer?.off();
  for (;;) {
    await writer?.die(moment).catch((error: unknown) => reporter.failed(error));
    await pause(1);
  }
}

function view(): NodeView {
  const { coherence, scopes: followed, strictScopes } = hearsay.status();
  const stats: Record<string, number> = {};
  for (const cache of caches)
    for (const [name, count] of Object.entries(cache.stats()))
      stats[name] = (stats[name] ?? 0) + count;
  return {
    coherence,
    members: hearsay
      .members()
      .filter(({ state }) => state === 'alive' || state === 'suspect')
      .map(({ origin }) => origin.epoch),
    appliedThrough: Object.fromEntries(
      followed.map(({ scope, appliedThrough }) => [scope, appliedThrough ?? 0]),
    ),
    rightless: strictScopes.filter(({ rightForMs }) => rightForMs === 0).map(({ scope }) => scope),
    stats,
  };
}

/** The database may be slow on a busy machine. @throws what it says the last time */
async function untilLoaded(load: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      await load();
      return;
    } catch (error) {
      reporter.failed(error);
      if (tries === TRIES_MAX) throw error;
      await pause(TRY_AGAIN_MS);
    }
}

/** What the caches would serve now. */
async function cached(): Promise<CachedEntry[]> {
  const entries: CachedEntry[] = [];
  for (const [index, { scope }] of scopes.entries()) {
    const cache = caches[index] as Cache<Row>;
    const first = KEYS[0] as string;
    // A bounded entry is only shown while it is proven to be fresh: one read proves all.
    await untilLoaded(() => cache.getOrLoad(first, () => store.find(scope, first)));
    for (const key of KEYS) {
      const row = cache.get(key);
      if (row) entries.push([scope, key, row.revision]);
    }
  }
  return entries;
}

runProgram({
  start,
  write: () => {
    for (const writer of writers) writer.on();
  },
  /** Resolves once the last write has its answer, and all is reported. */
  rest: async () => {
    await Promise.all(writers.map((writer) => writer.off()));
    reporter.flush();
  },
  readWithToken: (errand: TokenErrand) => reader.withToken(errand),
  crash,
  /** Answers when the process has been continued. */
  stopInHit: () => reader.hitAcrossStop(selfStop),
  jumpClock: ({ ms }: { ms: number }) => {
    wallSkewMs += ms;
  },
  view,
  cached,
});
