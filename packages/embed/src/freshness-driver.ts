import {
  type FreshnessEffect,
  type FreshnessInput,
  FreshnessMachine,
  type ResetReason,
} from '@hearsay/protocol';
import type {
  Announcement,
  AppliedPosition,
  Clock,
  Coherence,
  Gap,
  Logger,
  Scope,
  ScopeFreshness,
  ScopeStatus,
  Target,
  Version,
  VersionSource,
} from '@hearsay/spi';
import type { PollOptions } from './options.js';
import { Waiters } from './waiters.js';

/** Longer than any source takes to answer or give up; a reader never hangs on a source that does neither. */
const PROOF_TIMEOUT_MS = 30_000;

export type Via = 'gossip' | 'log' | 'local';

export interface FreshnessDriverOptions {
  readonly source: VersionSource | undefined;
  readonly poll: PollOptions | false | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onApply: (scope: Scope, targets: readonly Target[], via: Via) => void;
  readonly onReset: (scope: Scope, reason: ResetReason) => void;
  readonly onAdvanced: (scope: Scope, appliedThrough: Version, via: Via) => void;
  readonly onLogReachable: (reachable: boolean) => void;
}

/** Drives the freshness machine: polls the source when it says so, keeps its time, wakes waiting readers. */
export class FreshnessDriver {
  readonly counters = { polls: 0, pollsFailed: 0 };
  readonly #options: FreshnessDriverOptions;
  readonly #machine: FreshnessMachine;
  readonly #scopes = new Map<Scope, Waiters>();
  readonly #gaps = new Map<number, () => void>();
  #lastGapId = 0;
  #timer: NodeJS.Timeout | undefined;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #stopped = false;

  constructor(options: FreshnessDriverOptions) {
    this.#options = options;
    this.#machine = new FreshnessMachine({
      logged: options.source !== undefined,
      ...(options.poll === false ? {} : options.poll),
    });
    this.#tick();
  }

  use(scope: Scope): ScopeFreshness {
    if (!this.#scopes.has(scope)) {
      this.#scopes.set(scope, new Waiters());
      this.#handle({ kind: 'use-scope', scope });
    }
    return {
      freshAsOfMs: () => this.#machine.freshAsOfMs(scope),
      prove: (sinceMs) => this.#prove(scope, sinceMs),
      hasReached: (position) => this.#machine.hasReached(position),
      reach: (position, timeoutMs) => this.reach(position, timeoutMs),
    };
  }

  gossip(announcements: readonly Announcement[]): void {
    this.#handle({ kind: 'gossip', announcements });
  }

  committed(announcements: readonly Announcement[]): void {
    this.#handle({ kind: 'committed', announcements });
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
    if (this.#machine.hasReached(position)) return true;
    if (!waiters || this.#stopped) return false;
    this.#handle({ kind: 'await-position', position });
    return waiters.wait(() => this.#machine.hasReached(position), timeoutMs);
  }

  statuses(): ScopeStatus[] {
    return this.#machine.statuses(this.#options.clock.monotonicMs());
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    for (const waiters of this.#scopes.values()) waiters.fail();
    for (const resolve of this.#gaps.values()) resolve();
    this.#gaps.clear();
  }

  async #prove(scope: Scope, sinceMs: number): Promise<boolean> {
    const holds = () => this.#machine.freshAsOfMs(scope) >= sinceMs;
    if (holds()) return true;
    const waiters = this.#scopes.get(scope);
    if (!waiters || this.#stopped) return false;
    const answer = waiters.wait(holds, PROOF_TIMEOUT_MS);
    this.#handle({ kind: 'demand', scope, sinceMs });
    return answer;
  }

  #handle(input: FreshnessInput): void {
    if (this.#stopped) return;
    const effects = this.#machine.handle(input, this.#options.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
    this.#arm();
  }

  #perform(effect: FreshnessEffect): void {
    switch (effect.kind) {
      case 'poll':
        this.#poll(effect);
        break;
      case 'apply':
        this.#options.onApply(effect.scope, effect.targets, effect.via);
        break;
      case 'reset':
        this.#options.onReset(effect.scope, effect.reason);
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'advanced':
        this.#options.onAdvanced(effect.scope, effect.appliedThrough, effect.via);
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'proved':
        this.#scopes.get(effect.scope)?.changed();
        break;
      case 'unproved':
        this.#scopes.get(effect.scope)?.fail();
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
    const { source, poll, logger } = this.#options;
    const isFirst = [...request.positions.values()].includes(undefined);
    if (!source || (poll === false && !isFirst)) {
      setImmediate(() => this.#handle({ kind: 'poll-failed', pollId }));
      return;
    }
    this.counters.polls++;
    source.poll(request).then(
      (answer) => {
        // A pause of the process is noticed before anything is proven across it (rule F3).
        this.#tick();
        this.#handle({ kind: 'poll-answer', pollId, answer });
      },
      (error: unknown) => {
        this.counters.pollsFailed++;
        logger.debug({ error }, 'a poll of the version log failed');
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
