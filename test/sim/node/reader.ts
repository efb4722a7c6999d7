import {
  type BatchLoadContext,
  type Cache,
  LoadBehindError,
  StaleRefusedError,
  StrictRefusedError,
  TokenNotReachedError,
} from '@hearsay/cache';
import { formatToken } from '@hearsay/spi';
import type { Mutation } from '../mutations.ts';
import type { Read } from '../oracle/reads.ts';
import type { Loaded } from '../world/database.ts';
import type { Dice } from '../world/dice.ts';
import type { Domain } from '../world/domain.ts';
import { ABSENT } from '../world/truth.ts';
import { HOT_KEYS, type Receipt } from './writer.ts';

/** What a reader needs of its process and the world, and tells them. */
export interface ReaderHost {
  readonly domain: Domain;
  readonly mutation: Mutation | undefined;
  cache(scope: number): Cache<number>;
  /** Whether this process looks at tokens: it follows the log. */
  readonly follows: boolean;
  /**
   * Reads committed state at one moment between the call and the answer. What comes from a replica
   * says at which version it was read (rule F5).
   */
  load(scope: number, key: number, source: 'any' | 'primary'): Promise<Loaded>;
  /** The read as it is invoked now. */
  invoke(scope: number, key: number): Read;
  served(read: Read, value: number, hit: boolean): void;
  /** What a read that did not ask for a value got, at the same moment or later. */
  late(read: Read): void;
  refused(error: unknown): void;
  /** Whether what is served since then may be staler than its bound, by choice (`onDark: 'stale'`). */
  waived(read: Read): boolean;
  nowMs(): number;
  recentWrite(): Receipt | undefined;
  /** The tags that an entry is stored with. */
  tagsOf(scope: number, key: number, value: number | undefined): readonly string[];
}

/** The database did not answer a loader. */
export class LoadFailedError extends Error {}

/** Reads as a service does, in all the ways that a cache offers. */
export class Reader {
  readonly #host: ReaderHost;
  readonly #dice: Dice;
  readonly #opens: number[];

  /** @param lateScopes how many scopes are first used some time later */
  constructor(host: ReaderHost, dice: Dice) {
    this.#host = host;
    this.#dice = dice;
    const { scopes } = host.domain;
    this.#opens = scopes.map((_, i) => (i === 0 || dice.chance(0.7) ? 0 : dice.between(0, 30_000)));
  }

  /** One read, of one kind or another. */
  read(aliveMs: number): void {
    const scope = this.#dice.whole(0, this.#opens.length - 1);
    if ((this.#opens[scope] as number) > aliveMs) return;
    const key = this.#key();
    const kind = this.#dice.next();
    if (kind < 0.04) this.#get(scope, key);
    else if (kind < 0.08) this.#getMany(scope);
    else if (kind < 0.13) this.#getAfterWrite();
    else if (kind < 0.16) this.#fillByHand(scope, key);
    else this.#peekThenLoad(scope, key);
  }

  /** As most services do it: what is there is served at once. */
  #peekThenLoad(scope: number, key: number): void {
    const read = this.#host.invoke(scope, key);
    const value = this.#host.cache(scope).get(this.#name(key));
    if (value === undefined) this.#load(read);
    else this.#host.served(read, value, true);
  }

  #load(read: Read): void {
    const { scope, key } = read;
    const mutated = this.#host.mutation?.load?.(this.#host, read);
    const cache = this.#host.cache(scope);
    const tags = this.#tags(scope, key);
    const loader = (context: BatchLoadContext) => this.#loadValue(scope, key, context);
    const found = mutated ?? cache.getOrLoad(this.#name(key), loader, { tags });
    this.#judge(read, found);
  }

  /** D: what is there comes in the same turn, also from the call that may load. */
  #get(scope: number, key: number): void {
    const read = this.#host.invoke(scope, key);
    const cache = this.#host.cache(scope);
    const there = cache.get(this.#name(key));
    const loader = (context: BatchLoadContext) => this.#loadValue(scope, key, context);
    const found = cache.getOrLoad(this.#name(key), loader, { tags: this.#tags(scope, key) });
    if (there !== undefined)
      found.then(
        () => {
          if (this.#host.nowMs() > read.invokedMs) this.#host.late(read);
        },
        () => this.#host.late(read),
      );
    this.#judge(read, found);
  }

  #getMany(scope: number): void {
    const first = this.#key();
    const { length } = this.#host.domain.keys;
    // Of one tag, since a list of tags is for all of them.
    const keys = [0, 5, 10].map((more) => (first + more) % (length - (length % 5)));
    const reads = keys.map((key) => this.#host.invoke(scope, key));
    const loader = async (missing: readonly string[], context: BatchLoadContext) => {
      const indexes = missing.map((name) => this.#host.domain.indexOf(name));
      const values = await Promise.all(indexes.map((key) => this.#loadValue(scope, key, context)));
      return new Map(
        missing.flatMap((name, i) => {
          const value = values[i];
          return value === undefined ? [] : [[name, value] as const];
        }),
      );
    };
    const cache = this.#host.cache(scope);
    cache
      .getOrLoadMany(
        reads.map(({ key }) => this.#name(key)),
        loader,
        { tags: this.#tags(scope, keys[0] as number) },
      )
      .then(
        (found) => {
          for (const read of reads) this.#answered(read, found.get(this.#name(read.key)) ?? ABSENT);
        },
        (error: unknown) => this.#host.refused(error),
      );
  }

  /** Read your writes, on any node. */
  #getAfterWrite(): void {
    const write = this.#host.follows ? this.#host.recentWrite() : undefined;
    if (!write) return;
    const { scope, key } = write;
    const read: Read = { ...this.#host.invoke(scope, key), after: write.commit };
    const onBehind = this.#dice.pick(['wait', 'bypass', 'fail'] as const);
    const token = this.#host.mutation?.ignoresTokens ? '' : formatToken([write.position]);
    const options = { token, onBehind, waitMs: this.#dice.between(0, 2_000) };
    const loader = (context: BatchLoadContext) => this.#loadValue(scope, key, context, 'primary');
    const tags = this.#tags(scope, key);
    const found = this.#host.cache(scope).getOrLoad(this.#name(key), loader, { ...options, tags });
    this.#judge(read, found);
  }

  /** A ticket, a read of the data, a fill: for services that load elsewhere. */
  #fillByHand(scope: number, key: number): void {
    const read = this.#host.invoke(scope, key);
    const cache = this.#host.cache(scope);
    const ticket = cache.ticket();
    this.#host.load(scope, key, 'any').then(
      ({ value, version }) => {
        const held = value === ABSENT ? undefined : value;
        const tags = this.#host.tagsOf(scope, key, held);
        cache.set(this.#name(key), held, { ticket, tags, version });
        // The service has what it read itself, however old; only what is kept is the cache's.
        if (version === undefined) this.#host.served(read, value, false);
      },
      (error: unknown) => this.#host.refused(error),
    );
  }

  #judge(read: Read, found: Promise<number | undefined>): void {
    found.then(
      (value) => this.#answered(read, value ?? ABSENT),
      (error: unknown) => this.#host.refused(error),
    );
  }

  #answered(read: Read, value: number): void {
    const judged = this.#host.waived(read) ? { ...read, knowsTime: false } : read;
    this.#host.served(judged, value, false);
  }

  /** What a replica shows may be too old; then the primary is read, or the load fails. */
  async #loadValue(
    scope: number,
    key: number,
    context: BatchLoadContext,
    source: 'any' | 'primary' = 'any',
  ): Promise<number | undefined> {
    const first = await this.#host.load(scope, key, source);
    const { value } = this.#isBehind(first, context)
      ? await this.#host.load(scope, key, 'primary')
      : first;
    return value === ABSENT ? undefined : value;
  }

  #isBehind({ version }: Loaded, { readAt }: BatchLoadContext): boolean {
    if (version === undefined || this.#host.mutation?.hidesVersions) return false;
    try {
      readAt(version);
      return false;
    } catch (error) {
      if (error instanceof LoadBehindError && this.#dice.chance(0.8)) return true;
      throw error;
    }
  }

  #tags(scope: number, key: number): readonly string[] | ((value: number) => readonly string[]) {
    const { domain } = this.#host;
    if (!domain.scopes[scope]?.valueTags) return domain.tagsOf(key);
    return (value) => domain.valueTagsOf(value);
  }

  /** Most reads are of a few keys: invalidations meet entries, and loads under way. */
  #key(): number {
    const { keys } = this.#host.domain;
    return this.#dice.whole(0, this.#dice.chance(0.6) ? HOT_KEYS - 1 : keys.length - 1);
  }

  #name(key: number): string {
    return this.#host.domain.keys[key] as string;
  }
}

/** Errors that a reader is to expect; anything else is a fault of the cache. */
export function isExpected(error: unknown): boolean {
  return (
    error instanceof LoadFailedError ||
    error instanceof LoadBehindError ||
    error instanceof StaleRefusedError ||
    error instanceof StrictRefusedError ||
    error instanceof TokenNotReachedError
  );
}
