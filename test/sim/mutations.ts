import type { CacheOptions } from '@hearsay/cache';
import type {
  FreshnessEffect,
  FreshnessInput,
  MeshOptions,
  NodeEffect,
  NodeMessage,
} from '@hearsay/protocol';
import type { Announcement, AppendId, LogPlace, Origin, PollAnswer, Target } from '@hearsay/spi';
import type { ReaderHost } from './node/reader.ts';
import type { Read } from './oracle/reads.ts';
import type { Kept, Logging, Profile } from './profile.ts';
import type { RecipeName } from './recipes.ts';
import { ABSENT } from './world/truth.ts';

/** What a mutation can see of the process that it changes. */
export interface Mutated {
  readonly origin: Origin;
  /** The newest event of this origin that was delivered here; 0 for none. */
  highestDelivered(origin: Origin): number;
}

/** One mechanism switched off, from outside of the machine that has it. */
export interface Mutation {
  readonly name: string;
  /** Where its absence shows; anywhere where it is left out. */
  readonly logging?: Logging;
  readonly kept?: Kept;
  readonly recipe?: RecipeName;
  readonly lossRate?: number;
  readonly mesh?: Partial<MeshOptions>;
  readonly freshness?: Profile['freshness'];
  /** What is left of a message that arrives; `undefined`: nothing. */
  readonly message?: (message: NodeMessage, at: Mutated) => NodeMessage | undefined;
  /** Whether the host is told of events that the machine knows already. */
  readonly repeats?: true;
  readonly freshnessInput?: (input: FreshnessInput) => FreshnessInput | undefined;
  /** @returns whether the driver does not perform it */
  readonly withholds?: (effect: FreshnessEffect | NodeEffect) => boolean;
  /** What a poll brings; `undefined`: nothing, as if the log was out of reach. */
  readonly answer?: (answer: PollAnswer, isFirst: boolean) => PollAnswer | undefined;
  readonly cache?: (options: CacheOptions) => CacheOptions;
  /** Which targets caches are told of. */
  readonly covers?: (target: Target) => boolean;
  /** In place of the cache's own read; `undefined` leaves it to the cache. */
  readonly load?: (host: ReaderHost, read: Read) => Promise<number | undefined> | undefined;
  readonly ignoresTokens?: true;
  readonly skipsGaps?: true;
  readonly keepsEpoch?: true;
  /** Loaders do not say at which version a replica was read. */
  readonly hidesVersions?: true;
  /** A position that is older than what a chain remembers counts as reached. */
  readonly trustsOldPositions?: true;
  /** The node says that it is ready, whatever is. */
  readonly alwaysReady?: true;
  /** A right to serve, once had, is not looked at again. */
  readonly neverExpires?: true;
  /** A right is held against the monotonic clock alone. */
  readonly ignoresWall?: true;
  /** A read of the counters counts for a lease that was not committed when it was sent. */
  readonly readsBeforeLease?: true;
  /** A strict read without a right takes the last proof for its own. */
  readonly joinsAnyPoll?: true;
  /** A lease row is removed although it was renewed. */
  readonly removesRenewed?: true;
  /** Every database is taken for the one before. */
  readonly hidesLife?: true;
  /** A revocation returns without waiting for anyone. */
  readonly revokesAtOnce?: true;
  /** A holder acknowledges and drops nothing. */
  readonly acknowledgesOnly?: true;
}

const withholdsReset = (reason: string) => (effect: FreshnessEffect | NodeEffect) =>
  effect.kind === 'reset' && effect.reason === reason;

export const MUTATIONS: readonly Mutation[] = [
  /** Digests are sent and nobody looks at them: only holes below a later event are noticed. */
  {
    name: 'digest',
    logging: 'none',
    lossRate: 0.1,
    message: (message) => (isComparison(message) ? undefined : withoutHeads(message)),
  },
  /** A head is believed only as far as events of it have come: what is last is never missed. */
  { name: 'last-event-cover', logging: 'none', lossRate: 0.1, message: cutToSeen },
  { name: 'repair', logging: 'none', lossRate: 0.1, mesh: { repair: false } },
  { name: 'dedup', repeats: true },
  /** A restarted process comes as its former self. */
  { name: 'epoch', logging: 'none', keepsEpoch: true },
  /** What no journal holds is taken for closed. */
  { name: 'open-gap', recipe: 'overflow-meanwhile', logging: 'none', skipsGaps: true },
  { name: 'fence', recipe: 'slow-loads', load: refillWithNewTicket },
  { name: 'detaching', recipe: 'slow-loads', load: joinWhateverRuns() },
  /** Numbers alone, as if they never came again. */
  {
    name: 'link-check',
    recipe: 'lost-meanwhile',
    logging: 'all',
    answer: unlinkAnswer,
    freshnessInput: unlinkInput,
  },
  {
    name: 'reset-below-floor',
    recipe: 'pruned-meanwhile',
    logging: 'all',
    withholds: withholdsReset('below-floor'),
  },
  {
    name: 'reset-chain-broken',
    recipe: 'lost-meanwhile',
    logging: 'all',
    withholds: withholdsReset('chain-broken'),
  },
  {
    name: 'reset-log-changed',
    recipe: 'replaced-meanwhile',
    logging: 'all',
    withholds: withholdsReset('log-changed'),
  },
  { name: 'reset-clock-jump', recipe: 'wakes-alone', withholds: withholdsReset('clock-jump') },
  {
    name: 'reset-gap',
    recipe: 'overflow-meanwhile',
    logging: 'none',
    withholds: withholdsReset('gap'),
  },
  /** A process that is cut off polls no faster. */
  {
    name: 'isolation',
    logging: 'all',
    recipe: 'cut-off',
    freshnessInput: (input) =>
      input.kind === 'coherence' || input.kind === 'member-lost' ? undefined : input,
  },
  { name: 'polling', logging: 'all', answer: (answer, isFirst) => (isFirst ? answer : undefined) },
  {
    name: 'apply-from-log',
    logging: 'all',
    withholds: (effect) => effect.kind === 'apply' && effect.via === 'log',
  },
  {
    name: 'ttl',
    logging: 'none',
    recipe: 'cut-off',
    cache: (options) => ({ ...options, ttlMs: 1e9 }),
  },
  {
    name: 'bound',
    logging: 'all',
    kept: 'bounded',
    cache: ({ onDark: _, ...options }) => ({ ...options, consistency: 'eventual' }),
  },
  {
    name: 'token',
    logging: 'all',
    kept: 'eventual',
    recipe: 'cut-off-from-all',
    ignoresTokens: true,
  },
  { name: 'loader-version', logging: 'all', recipe: 'behind-replica', hidesVersions: true },
  {
    name: 'forgotten-position',
    logging: 'all',
    kept: 'eventual',
    recipe: 'restored-meanwhile',
    freshness: { historyMax: 8 },
    trustsOldPositions: true,
  },
  { name: 'readiness', logging: 'all', recipe: 'cut-off-from-all', alwaysReady: true },
  { name: 'lease', logging: 'all', kept: 'strict', recipe: 'cut-off', neverExpires: true },
  { name: 'lease-clock', logging: 'all', kept: 'strict', recipe: 'wakes-alone', ignoresWall: true },
  {
    name: 'lease-before-read',
    logging: 'all',
    kept: 'strict',
    recipe: 'cut-off',
    readsBeforeLease: true,
  },
  {
    name: 'strict-poll',
    logging: 'all',
    kept: 'strict',
    lossRate: 0.3,
    joinsAnyPoll: true,
  },
  {
    name: 'database-life',
    logging: 'all',
    kept: 'strict',
    recipe: 'leases-lost',
    hidesLife: true,
  },
  {
    name: 'lease-removal',
    logging: 'all',
    kept: 'strict',
    lossRate: 0.4,
    mesh: { repairDelayMs: 5_000 },
    removesRenewed: true,
  },
  { name: 'revocation-wait', logging: 'all', kept: 'strict', revokesAtOnce: true },
  {
    name: 'acknowledgement',
    logging: 'all',
    kept: 'strict',
    lossRate: 0.1,
    // What gossip lost is not there before the next poll.
    mesh: { repairDelayMs: 5_000 },
    acknowledgesOnly: true,
  },
  { name: 'prefix-and-tag', covers: ({ kind }) => kind === 'key' || kind === 'scope' },
];

/** Vectors that answer a digest; the one that opens a link is not. */
function isComparison(message: NodeMessage): boolean {
  return message.kind === 'vector' && message.reply;
}

function withoutHeads(message: NodeMessage): NodeMessage {
  if (message.kind !== 'heartbeat' && message.kind !== 'heartbeat-ack') return message;
  return { ...message, digest: { ...message.digest, heads: [] } };
}

function cutToSeen(message: NodeMessage, at: Mutated): NodeMessage {
  if (message.kind !== 'vector') return withoutHeads(message);
  const entries = message.entries.map((entry) => {
    const seen = at.highestDelivered(entry.origin);
    const above = entry.above.filter(({ to }) => to <= seen);
    return { ...entry, contiguous: Math.min(entry.contiguous, seen) as never, above };
  });
  return { ...message, entries };
}

/** The loaded value is stored with a ticket that is taken when it arrives. */
function refillWithNewTicket(host: ReaderHost, { scope, key }: Read): Promise<number> {
  const cache = host.cache(scope);
  return host.load(scope, key, 'primary').then(({ value }) => {
    const held = value === ABSENT ? undefined : value;
    const tags = host.tagsOf(scope, key, held);
    cache.set(host.domain.keys[key] as string, held, { ticket: cache.ticket(), tags });
    return value;
  });
}

/** One load for all who ask for a key, whatever is invalidated meanwhile. */
function joinWhateverRuns(): NonNullable<Mutation['load']> {
  const running = new WeakMap<ReaderHost, Map<string, Promise<number>>>();
  return (host, { scope, key }) => {
    const loads = running.get(host) ?? new Map<string, Promise<number>>();
    running.set(host, loads);
    const id = `${scope} ${key}`;
    const joined = loads.get(id);
    if (joined) return joined;
    const load = host
      .load(scope, key, 'primary')
      .then(({ value }) => value)
      .finally(() => loads.delete(id));
    loads.set(id, load);
    return load;
  };
}

function unlinkAnswer(answer: PollAnswer): PollAnswer {
  const readings = answer.readings.map((reading) => ({
    ...reading,
    head: { ...reading.head, appendId: idOf(reading.head.version) },
    rows: reading.rows.map((row) => ({ ...row, ...linksOf(row.version) })),
  }));
  return { ...answer, readings };
}

function unlinkInput(input: FreshnessInput): FreshnessInput {
  if (input.kind !== 'gossip' && input.kind !== 'committed') return input;
  const announcements = input.announcements.map(
    ({ place, ...rest }): Announcement =>
      place ? { ...rest, place: { ...place, ...linksOf(place.version) } } : rest,
  );
  return { ...input, announcements };
}

function linksOf(version: number): Pick<LogPlace, 'appendId' | 'prevId'> {
  return { appendId: idOf(version), prevId: idOf(version - 1) };
}

function idOf(version: number): AppendId {
  return version.toString(16).padStart(16, '0') as AppendId;
}
