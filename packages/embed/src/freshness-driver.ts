import {
  type FreshnessEffect,
  type FreshnessInput,
  FreshnessMachine,
  type ResetReason,
} from '@hearsay/protocol';
import {
  type Announcement,
  type AppliedPosition,
  type CacheInvalidationTransport,
  type Clock,
  type Coherence,
  type Gap,
  type Logger,
  type Origin,
  type PollAnswer,
  type Scope,
  type ScopeFreshness,
  type ScopeStatus,
  type Target,
  VERSION_UNKNOWN,
  type Version,
  type VersionSource,
} from '@hearsay/spi';
import type { DropRing } from './drop-ring.js';
import { lineOf } from './line-of.js';
import type { PollOptions } from './options.js';
import { PollSharing } from './poll-sharing.js';
import { Waiters } from './waiters.js';

/** Longer than any source takes to answer or give up; a reader never hangs on a source that does neither. */
const PROOF_TIMEOUT_MS = 30_000;

const NOTHING_SHARED: PollSharing['counters'] = {
  pollsShared: 0,
  pollsNotShared: 0,
  pollsForOthers: 0,
};

/** Told of what the driver sees of the log. */
export interface FreshnessObserver {
  pollSent(): void;
  /** The answer, before anything is proven by it; `undefined` when the poll failed. */
  pollEnded(answer: PollAnswer | undefined): void;
  /** Everything that was committed before this time is applied to the caches of the scope. */
  proved(scope: Scope, freshAsOfMs: number): void;
}

export type Via = 'gossip' | 'log' | 'local';

export interface FreshnessDriverOptions {
  readonly self: Origin;
  /** Where it knows and can ask members, polls are shared with them. */
  readonly transport: CacheInvalidationTransport | undefined;
  readonly source: VersionSource | undefined;
  readonly poll: PollOptions | false | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Scopes followed without a cache, and the record of what is dropped; for the admin API. */
  readonly admin?: { readonly scopes: readonly Scope[]; readonly drops: DropRing } | undefined;
  readonly observer: FreshnessObserver;
  readonly onApply: (scope: Scope, targets: readonly Target[], via: Via) => void;
  readonly onReset: (scope: Scope, reason: ResetReason) => void;
  readonly onAdvanced: (scope: Scope, appliedThrough: Version, via: Via) => void;
  readonly onLogReachable: (reachable: boolean) => void;
}

/** Drives the freshness machine: polls the source when it says so, keeps its time, wakes waiting readers. */
export class FreshnessDriver {
  readonly #counters = { polls: 0, pollsFailed: 0 };
  readonly #options: FreshnessDriverOptions;
  readonly #machine: FreshnessMachine;
  readonly #scopes = new Map<Scope, Waiters>();
  readonly #gaps = new Map<number, () => void>();
  readonly #sharing: PollSharing | undefined;
  #pollFailure: string | undefined;
  #lastGapId = 0;
  /** How many inputs' effects are being performed, one within the other where a listener reads. */
  #performing = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: FreshnessDriverOptions) {
    this.#options = options;
    const { source, transport, poll = {}, self, logger } = options;
    const { share = true, ...intervals } = poll === false ? { share: false } : poll;
    this.#machine = new FreshnessMachine({ logged: source !== undefined, ...intervals });
    const handle = (input: FreshnessInput): void => {
      this.#tick();
      this.#handle(input);
    };
    // Versions that a source gives by itself are no news for others.
    if (source !== undefined && share && source.locate === undefined)
      this.#sharing = PollSharing.over(transport, { self, logger, handle });
    this.#tick();
    for (const scope of options.admin?.scopes ?? []) this.use(scope);
  }

  get counters() {
    return { ...NOTHING_SHARED, ...this.#sharing?.counters, ...this.#counters };
  }

  /** Why the newest poll failed, on one line; `undefined` where it did not. */
  get pollFailure(): string | undefined {
    return this.#pollFailure;
  }

  /** @param boundMs how old a proof may be for its readers; absent where they do not ask */
  use(scope: Scope, boundMs?: number): ScopeFreshness {
    this.#handle({ kind: 'use-scope', scope, ...(boundMs !== undefined && { boundMs }) });
    if (!this.#scopes.has(scope)) this.#scopes.set(scope, new Waiters());
    return {
      // What the machine has proven may still have to be dropped while a listener is told of the rest.
      freshAsOfMs: () =>
        this.#performing > 0 ? Number.NEGATIVE_INFINITY : this.#machine.freshAsOfMs(scope),
      prove: (sinceMs) => this.#prove(scope, sinceMs),
      hasReached: (position) => this.#hasReached(position),
      // Nor for loaders: the numbers that they read are the log's own.
      knownVersion: () =>
        this.#options.source?.locate ? VERSION_UNKNOWN : this.#machine.knownVersion(scope),
      reach: (position, timeoutMs) => this.reach(position, timeoutMs),
    };
  }

  /** The transport has started: members can be told, and asked. */
  meet(): void {
    this.#sharing?.look();
  }

  gossip(announcements: readonly Announcement[]): void {
    this.#options.admin?.drops.arrive(announcements);
    this.#handle({ kind: 'gossip', announcements });
  }

  committed(announcements: readonly Announcement[]): void {
    this.#options.admin?.drops.arrive(announcements);
    this.#handle({ kind: 'committed', announcements });
  }

  /** What a revoker says that it has committed: dropped when this returns (rule S3). */
  revoked(announcements: readonly Announcement[]): void {
    this.#options.admin?.drops.arrive(announcements);
    this.#handle({ kind: 'revoked', announcements });
  }

  freshAsOfMs(scope: Scope): number {
    return this.#machine.freshAsOfMs(scope);
  }

  /** How many versions that a poll has shown are missing here. */
  behind(scope: Scope): number {
    return this.#machine.behind(scope);
  }

  /** The least send time of a poll that is not sent yet. */
  unsentSinceMs(): number {
    return this.#machine.unsentSinceMs(this.#options.clock.monotonicMs());
  }

  /** Has the scope proven as of this time or later. */
  demand(scope: Scope, sinceMs: number): void {
    this.#handle({ kind: 'demand', scope, sinceMs });
  }

  /** Proves the scope by a poll that was not sent yet when this was called (rule F4). */
  proveAnew(scope: Scope): Promise<boolean> {
    return this.#prove(scope, this.unsentSinceMs());
  }

  coherence(coherence: Coherence): void {
    this.#handle({ kind: 'coherence', coherence });
  }

  /** @param members those left in the view, this node included */
  memberLost(members: number): void {
    this.#handle({ kind: 'member-lost', members });
  }

  /** Resolves once a read of the log that begins after this call was applied, or the scopes were reset (rule F8). */
  async closeGap(gap: Gap): Promise<void> {
    if (this.#stopped) return;
    this.#options.logger.info({ reason: gap.reason }, 'events were lost: reading the log');
    const gapId = ++this.#lastGapId;
    return new Promise((resolve) => {
      this.#gaps.set(gapId, resolve);
      this.#handle({ kind: 'gap', gapId });
    });
  }

  /** @returns whether the write at this position is applied here in time; `false` for a scope that is not used here */
  async reach(position: AppliedPosition, timeoutMs: number): Promise<boolean> {
    const waiters = this.#scopes.get(position.scope);
    if (this.#hasReached(position)) return true;
    if (!waiters || this.#stopped) return false;
    this.#handle({ kind: 'await-position', position });
    const reached = () => this.#hasReached(position);
    return waiters.wait(reached, timeoutMs, Number.POSITIVE_INFINITY);
  }

  #hasReached(position: AppliedPosition): boolean {
    const { source } = this.#options;
    const at = source?.locate ? source.locate(position) : position;
    return at !== undefined && this.#machine.hasReached(at);
  }

  statuses(): ScopeStatus[] {
    return this.#machine.statuses(this.#options.clock.monotonicMs());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#sharing?.stop();
    for (const waiters of this.#scopes.values()) waiters.fail(Number.POSITIVE_INFINITY);
    for (const resolve of this.#gaps.values()) resolve();
    this.#gaps.clear();
  }

  async #prove(scope: Scope, sinceMs: number): Promise<boolean> {
    const holds = () => this.#machine.freshAsOfMs(scope) >= sinceMs;
    if (holds()) return true;
    const waiters = this.#scopes.get(scope);
    if (!waiters || this.#stopped) return false;
    const answer = waiters.wait(holds, PROOF_TIMEOUT_MS, sinceMs);
    this.demand(scope, sinceMs);
    return answer;
  }

  #handle(input: FreshnessInput): void {
    if (this.#stopped) return;
    const effects = this.#machine.handle(input, this.#options.clock.monotonicMs());
    this.#performing++;
    try {
      for (const effect of effects) this.#perform(effect);
    } finally {
      this.#performing--;
    }
    this.#arm();
  }

  #perform(effect: FreshnessEffect): void {
    switch (effect.kind) {
      case 'poll':
        this.#poll(effect);
        break;
      case 'ask-counters':
        this.#sharing?.ask(effect);
        break;
      case 'tell-counters':
        this.#sharing?.tell(effect);
        break;
      case 'tell-nothing':
        this.#sharing?.tellNothing(effect);
        break;
      case 'apply':
        this.#options.onApply(effect.scope, effect.targets, effect.via);
        this.#options.admin?.drops.applied(effect.scope, effect.targets, effect.via);
        break;
      case 'reset':
        this.#options.onReset(effect.scope, effect.reason);
        this.#options.admin?.drops.reset(effect.scope, effect.reason);
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'advanced':
        this.#options.onAdvanced(effect.scope, effect.appliedThrough, effect.via);
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'proved':
        this.#options.observer.proved(effect.scope, effect.freshAsOfMs);
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'unproved':
        this.#scopes.get(effect.scope)?.fail(effect.sinceMs);
        break;
      case 'gap-closed':
        this.#gaps.get(effect.gapId)?.();
        this.#gaps.delete(effect.gapId);
        break;
      case 'log-reachable':
        this.#options.onLogReachable(effect.reachable);
        break;
    }
  }

  #poll({ pollId, request }: Extract<FreshnessEffect, { kind: 'poll' }>): void {
    const { source, poll, logger, observer } = this.#options;
    const isFirst = [...request.positions.values()].includes(undefined);
    if (!source || (poll === false && !isFirst)) {
      setImmediate(() => this.#handle({ kind: 'poll-failed', pollId }));
      return;
    }
    this.#counters.polls++;
    observer.pollSent();
    source.poll(request).then(
      (answer) => {
        // A pause of the process is noticed before anything is proven across it (rule F3).
        this.#tick();
        this.#pollFailure = undefined;
        observer.pollEnded(answer);
        this.#options.admin?.drops.read(answer);
        this.#handle({ kind: 'poll-answer', pollId, answer });
        this.#sharing?.follows(answer.logId);
      },
      (error: unknown) => {
        this.#counters.pollsFailed++;
        this.#pollFailure = lineOf(error);
        observer.pollEnded(undefined);
        logger.debug({ err: error }, 'a poll of the version log failed');
        this.#handle({ kind: 'poll-failed', pollId });
      },
    );
  }

  #tick(): void {
    const wallMs = this.#options.clock.wallMs();
    this.#handle({ kind: 'tick', wallMs, random: Math.random() });
  }

  /** Keeps one timer: armed anew only when the machine wants to be woken earlier than it stands. */
  #arm(): void {
    if (this.#stopped) return;
    const dueMs = this.#machine.nextDueMs();
    if (dueMs >= this.#timerDueMs) return;
    clearTimeout(this.#timer);
    this.#timerDueMs = dueMs;
    const waitMs = Math.min(60_000, Math.max(1, dueMs - this.#options.clock.monotonicMs()));
    this.#timer = setTimeout(() => {
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#tick();
    }, waitMs);
  }
}
