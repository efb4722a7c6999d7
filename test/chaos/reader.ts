import type { Cache } from '@hearsay/embed';
import { nowUs, pause } from '../demo/clock.ts';
import type { Random } from '../demo/random.ts';
import { KEYS, tagsOf } from './keys.ts';
import type { NodeStore, Row } from './node-store.ts';
import type { TokenRead } from './report.ts';
import type { Reporter } from './reporter.ts';
import { SCOPE_NAMES } from './scopes.ts';

const TICK_MS = 10;
const READS_PER_TICK = 32;
/** Reads that wait for a database that does not answer; beyond them no further ones are begun. */
const WAITING_MAX = 1_000;
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

/** Reads through the caches of one node, and reports every answer. */
export class Reader {
  readonly #caches: readonly Cache<Row>[];
  readonly #store: NodeStore;
  readonly #random: Random;
  readonly #reporter: Reporter;
  #waiting = 0;
  readonly #fillsLate = new Map<Cache<Row>, number>();

  /** @param caches in the order of SCOPES */
  constructor(caches: readonly Cache<Row>[], store: NodeStore, random: Random, reporter: Reporter) {
    this.#caches = caches;
    this.#store = store;
    this.#random = random;
    this.#reporter = reporter;
  }

  begin(): void {
    setInterval(() => this.#tick(), TICK_MS);
  }

  async withToken({ token, scope, key, written }: TokenErrand): Promise<void> {
    const onBehind = BEHIND[written % BEHIND.length] ?? 'wait';
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
      this.#reporter.failed(error);
    }
  }

  #tick(): void {
    let turnIsOver = false;
    setImmediate(() => {
      turnIsOver = true;
    });
    for (let count = 0; count < READS_PER_TICK && this.#waiting < WAITING_MAX; count++) {
      this.#waiting++;
      this.#read(() => turnIsOver)
        .catch((error: unknown) => this.#reporter.failed(error))
        .finally(() => this.#waiting--);
    }
  }

  async #read(turnIsOver: () => boolean): Promise<void> {
    const scope = Math.floor(this.#random() * SCOPE_NAMES.length);
    // The first keys more often, as pickSkewed does.
    const key = Math.floor(this.#random() ** 2 * KEYS.length);
    const name = KEYS[key] as string;
    const cache = this.#caches[scope] as Cache<Row>;
    // Where tags depend on the value they are known after the load only; both ways must hold.
    const tags = this.#random() < 0.5 ? tagsOf(name) : () => tagsOf(name);
    const invokedUs = nowUs();
    let isHit = cache.get(name) !== undefined;
    const load = (): Promise<Row> => {
      // It was held a moment ago; what a read loads itself is no hit.
      isHit = false;
      return this.#load(SCOPE_NAMES[scope] ?? '', name);
    };
    const row = await cache.getOrLoad(name, load, { tags });
    if (!row) throw new Error(`no row ${SCOPE_NAMES[scope]} ${name}`);
    const outcome = isHit ? (turnIsOver() ? 'late-hit' : 'hit') : 'miss';
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
