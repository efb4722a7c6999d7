import type { Drop, DropRecord, ScopeReset } from '@hearsay/admin';
import {
  type Announcement,
  type Clock,
  covers,
  type Epoch,
  type InvalidationEvent,
  type LogId,
  type LogRow,
  type NodeName,
  type Origin,
  type PollAnswer,
  type Scope,
  type Target,
} from '@hearsay/spi';
import type { Via } from './freshness-driver.js';

/** What an invalidation came as; its target tells it apart, for the machine hands on the same object. */
export type DropSource = Announcement | InvalidationEvent | LogRow;

const LOG_ORIGIN = /^(.+)#([0-9a-f]{16})$/;
const NO_TAGS: readonly string[] = [];

/** The newest invalidations that were applied here, and resets, for people who ask why an entry went. */
export class DropRing implements DropRecord {
  readonly #self: Origin;
  readonly #clock: Clock;
  readonly #size: number;
  readonly #ring: (Drop | ScopeReset)[] = [];
  #listener: (one: Drop | ScopeReset) => void = () => undefined;
  readonly #sinceMs: number;
  /** What arrived last; it is applied before anything else arrives. */
  #sources: ReadonlyMap<Target, DropSource> = new Map();
  #logId: LogId | undefined;
  /** Where the next one goes. */
  #next = 0;

  constructor(self: Origin, clock: Clock, size: number) {
    this.#self = self;
    this.#clock = clock;
    this.#size = size;
    this.#sinceMs = clock.wallMs();
  }

  /** Notes where the invalidations come from that are about to be applied. */
  arrive(sources: readonly DropSource[]): void {
    this.#sources = new Map(sources.map((source) => [source.target, source]));
  }

  /** Notes what a poll has read, and of which log. */
  read({ logId, readings }: PollAnswer): void {
    this.#logId = logId;
    this.arrive(readings.flatMap(({ rows }) => rows));
  }

  /** The log that was read last; `undefined` before the first poll. */
  get logId(): LogId | undefined {
    return this.#logId;
  }

  /** They were applied. */
  applied(scope: Scope, targets: readonly Target[], via: Via): void {
    const atMs = this.#clock.wallMs();
    for (const target of targets) {
      this.#add({ scope, target, via, atMs, ...this.#originOf(this.#sources.get(target)) });
    }
  }

  reset(scope: Scope, reason: string): void {
    this.#add({ scope, reason, atMs: this.#clock.wallMs() });
  }

  covering(scope: Scope, key: string, max: number): readonly (Drop | ScopeReset)[] {
    const found: (Drop | ScopeReset)[] = [];
    for (let back = 1; back <= this.#ring.length && found.length < max; back++) {
      const one = this.#ring[(this.#next - back + this.#size) % this.#size];
      if (one?.scope === scope && (!('target' in one) || mayCover(one.target, key)))
        found.push(one);
    }
    return found;
  }

  get completeSinceMs(): number {
    const oldest = this.#ring.length < this.#size ? undefined : this.#ring[this.#next];
    return oldest?.atMs ?? this.#sinceMs;
  }

  /** Called with each one once it is recorded; must not throw. */
  onAdded(listener: (one: Drop | ScopeReset) => void): void {
    this.#listener = listener;
  }

  #add(one: Drop | ScopeReset): void {
    this.#ring[this.#next] = one;
    this.#next = (this.#next + 1) % this.#size;
    this.#listener(one);
  }

  #originOf(source: DropSource | undefined): Pick<Drop, 'from' | 'sequence' | 'place'> {
    if (!source) return { from: undefined, sequence: undefined, place: undefined };
    if ('appendId' in source) {
      const { version, appendId } = source;
      const place = { logId: this.#logId, version, appendId };
      return { from: originIn(source.origin), sequence: undefined, place };
    }
    if ('origin' in source)
      return { from: source.origin, sequence: source.sequence, place: source.place };
    return { from: this.#self, sequence: undefined, place: source.place };
  }
}

/** The tags of an entry are known to caches alone: any tag may have been one of its. */
function mayCover(target: Target, key: string): boolean {
  return target.kind === 'tag' || covers(target, key, NO_TAGS);
}

/** @returns `undefined` where the row does not name one */
function originIn(text: string): Origin | undefined {
  const match = LOG_ORIGIN.exec(text);
  return match ? { node: match[1] as NodeName, epoch: match[2] as Epoch } : undefined;
}
