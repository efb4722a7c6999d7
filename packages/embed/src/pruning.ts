import { FRESHNESS_DEFAULTS } from '@hearsay/protocol';
import { ConfigInvalidError, checkFields, type Logger, type Scope } from '@hearsay/spi';
import type { VersionLog } from './version-log.js';

/** What is kept of each scope's rows in the log; whoever lags behind what is gone begins anew (rule L4). */
export interface PruneOptions {
  /** Older rows go, 60,000 … 2⁵³−1; default 86,400,000, a day. */
  readonly maxAgeMs?: number;
  /** As many of the newest rows stay at most, 1 … 2⁵³−1; default 1,000,000. */
  readonly keepRows?: number;
  /** How often, 1,000 … 86,400,000 on average; default 3,600,000, an hour. */
  readonly everyMs?: number;
}

const DEFAULTS = { maxAgeMs: 86_400_000, keepRows: 1_000_000, everyMs: 3_600_000 };
const RANGES = {
  maxAgeMs: [60_000, Number.MAX_SAFE_INTEGER],
  keepRows: [1, Number.MAX_SAFE_INTEGER],
  everyMs: [1_000, 86_400_000],
} as const;

/** @throws {ConfigInvalidError} names the option */
export function checkPrune(options: PruneOptions): Required<PruneOptions> {
  checkFields(options, 'prune.', { maxAgeMs: true, keepRows: true, everyMs: true });
  const valid = { ...DEFAULTS, ...options };
  for (const [name, value] of Object.entries(valid)) {
    const [min, max] = RANGES[name as keyof PruneOptions];
    if (!(Number.isSafeInteger(value) && value >= min && value <= max))
      throw new ConfigInvalidError(
        `option "prune.${name}" must be a whole number, ${min} to ${max}`,
      );
  }
  return valid;
}

/** Scopes that are remembered to be written here: as many as may be in use. */
const WRITTEN_MAX = FRESHNESS_DEFAULTS.scopesMax;

/**
 * Deletes old rows of the scopes that this node uses or writes, now and then, at a time of its own:
 * every node does it, so it needs no leader, and what one has done the next finds done. A scope
 * that fails keeps no other from its turn.
 */
export class Pruning {
  readonly #log: Required<Pick<VersionLog, 'prune'>>;
  readonly #options: Required<PruneOptions>;
  readonly #logger: Logger;
  readonly #used: () => Iterable<Scope>;
  /** Those written last at the end. */
  readonly #written = new Set<Scope>();
  /** Whose pruning failed when it was last tried. */
  #failing: ReadonlySet<Scope> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  private constructor(
    log: Required<Pick<VersionLog, 'prune'>>,
    options: Required<PruneOptions>,
    logger: Logger,
    used: () => Iterable<Scope>,
  ) {
    this.#log = log;
    this.#options = options;
    this.#logger = logger;
    this.#used = used;
    this.#later();
  }

  /**
   * @param used the scopes in use, asked for each time
   * @returns `undefined` where it is not wanted, or the log cannot
   */
  static start(
    log: Pick<VersionLog, 'prune'> | undefined,
    options: PruneOptions | false | undefined,
    logger: Logger,
    used: () => Iterable<Scope>,
  ): Pruning | undefined {
    if (options === false || log?.prune === undefined) return undefined;
    return new Pruning({ prune: log.prune.bind(log) }, checkPrune(options ?? {}), logger, used);
  }

  /** Of too many the one that was written longest ago is left to whoever writes it next. */
  wrote(scope: Scope): void {
    this.#written.delete(scope);
    this.#written.add(scope);
    if (this.#written.size <= WRITTEN_MAX) return;
    const [oldest] = this.#written;
    this.#written.delete(oldest as Scope);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Nodes that were started together do not prune together. */
  #later(): void {
    if (this.#stopped) return;
    const waitMs = this.#options.everyMs * (0.5 + Math.random());
    this.#timer = setTimeout(() => void this.#prune().finally(() => this.#later()), waitMs);
    this.#timer.unref();
  }

  async #prune(): Promise<void> {
    const { maxAgeMs, keepRows } = this.#options;
    const failing = new Set<Scope>();
    for (const scope of new Set([...this.#used(), ...this.#written])) {
      if (this.#stopped) return;
      try {
        await this.#log.prune({ scope, maxAgeMs, keepRows });
      } catch (error) {
        failing.add(scope);
        // The next time may do. It is told again only if it has succeeded in between.
        if (!this.#stopped && !this.#failing.has(scope))
          this.#logger.warn({ err: error, scope }, 'pruning the version log failed');
      }
    }
    this.#failing = failing;
  }
}
