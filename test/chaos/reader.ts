import { type Cache, StrictRefusedError } from '@hearsay/embed';
import { nowUs, pause } from '../demo/clock.ts';
import { pick, type Random } from '../demo/random.ts';
import { KEYS, tagsOf } from './keys.ts';
import type { NodeStore, Row } from './node-store.ts';
import { waitedMsOf } from './processor-wait.ts';
import type { TokenRead } from './report.ts';
import type { Reporter } from './reporter.ts';
import { SCOPE_NAMES, SCOPES } from './scopes.ts';
import type { SelfStop } from './self-stop.ts';

const TICK_MS = 10;
const READS_PER_TICK = 32;
/** On a busy machine the timer comes late: what it left out is made up, as far as this. */
const READS_AT_ONCE_MAX = 64;
/** Reads of a scope that wait for a database that does not answer; beyond them no further ones are begun. */
const WAITING_MAX = 400;
/** A node that is ready has its rights for longer than this. */
const READY_US = 50_000;
/** Loads take a while, so that invalidations overtake them; a few take longer than a bound. */
const LOAD_MS_MAX = 40;
const SLOW_SHARE = 0.03;
const SLOW_MS_MAX = 1_000;

const BEHIND = ['wait', 'bypass', 'fail'] as const;

/** What a read with a token is asked to do. */
export interface TokenErrand {
  readonly token: string;
  readonly scope: string;
  readonly key: string;
  /** The revision that the token's write made. */
  readonly written: number;
}

export interface ReaderOptions {
  /** In the order of SCOPES. */
  readonly caches: readonly Cache<Row>[];
  readonly store: NodeStore;
  readonly random: Random;
  readonly reporter: Reporter;
  /** Indexes into SCOPES: those that stand there more often are chosen more often. */
  readonly scopes: readonly number[];
  /** What the node says of itself, asked before reads that may be refused. */
  readonly isReady: () => boolean;
}

/** What is the same for all reads of one turn of the event loop. */
interface Turn {
  isOver: boolean;
  readonly beganUs: number;
  readonly wasReady: boolean;
  readonly waitedMs: number;
}

/** Reads through the caches of one node, and reports every answer. */
export class Reader {
  readonly #caches: readonly Cache<Row>[];
  readonly #store: NodeStore;
  readonly #random: Random;
  readonly #reporter: Reporter;
  readonly #scopes: readonly number[];
  readonly #isReady: () => boolean;
  readonly #hasStrict: boolean;
  /** By scope. */
  readonly #waiting: number[];
  #lastTickUs = nowUs();
  readonly #fillsLate = new Map<Cache<Row>, number>();

  constructor({ caches, store, random, reporter, scopes, isReady }: ReaderOptions) {
    this.#caches = caches;
    this.#store = store;
    this.#random = random;
    this.#reporter = reporter;
    this.#scopes = scopes;
    this.#isReady = isReady;
    this.#hasStrict = caches.some((_, index) => isStrict(index));
    this.#waiting = caches.map(() => 0);
  }

  begin(): void {
    setInterval(() => this.#tick(), TICK_MS);
  }

  async withToken({ token, scope, key, written }: TokenErrand): Promise<void> {
    const onBehind = BEHIND[written % BEHIND.length] ?? 'wait';
    const waitedMs = this.#waitedMs();
    const invokedUs = nowUs();
    try {
      const cache = this.#caches[SCOPE_NAMES.indexOf(scope)];
      const row = await cache?.getOrLoad(key, () => this.#load(scope, key), {
        tags: tagsOf(key),
        token,
        onBehind,
      });
      if (!row) throw new Error(`no row ${scope} ${key}`);
      const respondedUs = nowUs();
      const read: TokenRead = { scope, key, written, ...row, invokedUs, respondedUs };
      this.#reporter.tokenRead(read);
    } catch (error) {
      this.#failed(error, invokedUs, { wasReady: false, waitedMs });
    }
  }

  /** The process stops itself in the middle of a hit of a strict scope: its right is checked, it is not answered. */
  hitAcrossStop(stop: SelfStop): void {
    stop.arm();
    for (const scope of this.#caches.keys())
      for (let key = 0; key < KEYS.length && isStrict(scope) && stop.isArmed; key++) {
        const invokedUs = nowUs();
        const row = this.#caches[scope]?.get(KEYS[key] as string);
        const respondedUs = nowUs();
        if (row)
          this.#reporter.read({ scope, key, ...row, invokedUs, respondedUs, outcome: 'hit' });
      }
    // Where nothing is held.
    stop.pass();
  }

  #tick(): void {
    const beganUs = nowUs();
    const wasReady = this.#hasStrict && this.#isReady();
    const turn: Turn = { isOver: false, beganUs, wasReady, waitedMs: this.#waitedMs() };
    setImmediate(() => {
      turn.isOver = true;
    });
    const due = Math.ceil(((beganUs - this.#lastTickUs) / (TICK_MS * 1000)) * READS_PER_TICK);
    this.#lastTickUs = beganUs;
    for (let count = 0; count < Math.min(due, READS_AT_ONCE_MAX); count++) {
      const scope = pick(this.#random, this.#scopes);
      const waiting = this.#waiting[scope] ?? 0;
      if (waiting >= WAITING_MAX) continue;
      this.#waiting[scope] = waiting + 1;
      const invokedUs = nowUs();
      this.#read(scope, invokedUs, turn)
        .catch((error: unknown) => {
          const wasReady = turn.wasReady && invokedUs - turn.beganUs < READY_US;
          this.#failed(error, invokedUs, { wasReady, waitedMs: turn.waitedMs });
        })
        .finally(() => {
          this.#waiting[scope] = (this.#waiting[scope] ?? 1) - 1;
        });
    }
  }

  #failed(error: unknown, invokedUs: number, before: Pick<Turn, 'wasReady' | 'waitedMs'>): void {
    this.#reporter.failed(error);
    if (!(error instanceof StrictRefusedError)) return;
    const waitedMs = Math.round(this.#waitedMs() - before.waitedMs);
    this.#reporter.refused([invokedUs, nowUs(), before.wasReady ? 1 : 0, waitedMs]);
  }

  /** How long this process stood in line for a processor since it began; only where reads may be refused. */
  #waitedMs(): number {
    return this.#hasStrict ? (waitedMsOf(process.pid) ?? 0) : 0;
  }

  async #read(scope: number, invokedUs: number, turn: Turn): Promise<void> {
    // The first keys more often, as pickSkewed does.
    const key = Math.floor(this.#random() ** 2 * KEYS.length);
    const name = KEYS[key] as string;
    const cache = this.#caches[scope] as Cache<Row>;
    // Where tags depend on the value they are known after the load only; both ways must hold.
    const tags = this.#random() < 0.5 ? tagsOf(name) : () => tagsOf(name);
    let isHit = cache.get(name) !== undefined;
    const load = (): Promise<Row> => {
      // It was held a moment ago; what a read loads itself is no hit.
      isHit = false;
      return this.#load(SCOPE_NAMES[scope] ?? '', name);
    };
    const row = await cache.getOrLoad(name, load, { tags });
    if (!row) throw new Error(`no row ${SCOPE_NAMES[scope]} ${name}`);
    const outcome = isHit ? (turn.isOver ? 'late-hit' : 'hit') : 'miss';
    if (outcome === 'miss') this.#noteLateFills(cache);
    this.#reporter.read({
      scope,
      key,
      ...row,
      invokedUs,
      respondedUs: nowUs(),
      outcome,
    });
  }

  /** They are counted, and told to nobody. */
  #noteLateFills(cache: Cache<Row>): void {
    const { fillsLate } = cache.stats();
    if (fillsLate > (this.#fillsLate.get(cache) ?? 0))
      this.#reporter.happened(['late', nowUs(), cache.scope]);
    this.#fillsLate.set(cache, fillsLate);
  }

  async #load(scope: string, key: string): Promise<Row> {
    const row = await this.#store.find(scope, key);
    const tookMs = this.#random() * (this.#random() < SLOW_SHARE ? SLOW_MS_MAX : LOAD_MS_MAX);
    await pause(tookMs);
    return row;
  }
}

function isStrict(scope: number): boolean {
  return SCOPES[scope]?.kind === 'strict';
}
