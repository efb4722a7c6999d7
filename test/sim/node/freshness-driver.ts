import {
  FRESHNESS_DEFAULTS,
  type FreshnessEffect,
  type FreshnessInput,
  FreshnessMachine,
} from '@hearsay/protocol';
import type { AppliedPosition, PollAnswer, PollRequest, Scope, ScopeFreshness } from '@hearsay/spi';
import type { Mutation } from '../mutations.ts';
import type { Dice } from '../world/dice.ts';
import type { Process } from './process.ts';

/** What the driver needs of the world, and tells it. */
export interface FreshnessHost {
  readonly process: Process;
  readonly mutation: Mutation | undefined;
  readonly options: ConstructorParameters<typeof FreshnessMachine>[0];
  poll(request: PollRequest, tell: (answer: PollAnswer | undefined) => void): void;
  apply(effect: Extract<FreshnessEffect, { kind: 'apply' }>): void;
  reset(effect: Extract<FreshnessEffect, { kind: 'reset' }>): void;
  gapClosed(gapId: number): void;
  /** Whether an answer was taken for what it is: rows of one that came too late are not applied. */
  answered(answer: PollAnswer, taken: boolean): void;
  asks(effect: Asks): void;
  pollSent(): void;
  /** Before anything is proven by the answer; with nothing when the poll failed. */
  pollEnded(answer: PollAnswer | undefined): void;
  proved(scope: Scope, freshAsOfMs: number): void;
  /** The clocks were compared. */
  ticked(): void;
  /** A reader that waited goes on. */
  woke(): void;
}

/** What goes to other nodes (rule F6). */
export type Asks = Extract<
  FreshnessEffect,
  { kind: 'ask-counters' | 'tell-counters' | 'tell-nothing' }
>;

interface Waiter {
  readonly scope: Scope;
  /** The proof that it waits for; `Infinity` for a position. */
  readonly sinceMs: number;
  readonly holds: () => boolean;
  readonly tell: (held: boolean) => void;
}

/** Drives the freshness machine of one node as `@hearsay/embed` does. */
export class FreshnessDriver {
  readonly machine: FreshnessMachine;
  readonly #host: FreshnessHost;
  readonly #dice: Dice;
  readonly #waiting = new Set<Waiter>();
  #timerDueMs = Number.POSITIVE_INFINITY;
  #timer = 0;

  constructor(host: FreshnessHost, dice: Dice) {
    this.#host = host;
    this.#dice = dice;
    this.machine = new FreshnessMachine(host.options);
    this.#tick();
  }

  /** What a cache asks about its scope. */
  use(scope: Scope, boundMs?: number): ScopeFreshness {
    this.handle({ kind: 'use-scope', scope, ...(boundMs !== undefined && { boundMs }) });
    return {
      knownVersion: () => this.machine.knownVersion(scope),
      freshAsOfMs: () => this.machine.freshAsOfMs(scope),
      prove: (sinceMs) => this.#prove(scope, sinceMs),
      hasReached: (position) => this.#hasReached(position),
      reach: (position, timeoutMs) => this.#reach(position, timeoutMs),
    };
  }

  handle(input: FreshnessInput): readonly FreshnessEffect[] {
    const { process, mutation } = this.#host;
    if (!process.isAlive) return [];
    const given = mutation?.freshnessInput ? mutation.freshnessInput(input) : input;
    if (given === undefined) return [];
    const effects = this.machine.handle(given, process.clock.monotonicMs());
    for (const effect of effects) this.#perform(effect);
    this.#arm();
    return effects;
  }

  #perform(effect: FreshnessEffect): void {
    if (effect.kind !== 'poll' && this.#host.mutation?.withholds?.(effect)) return;
    switch (effect.kind) {
      case 'poll':
        this.#poll(effect);
        break;
      case 'apply':
        this.#host.apply(effect);
        break;
      case 'reset':
        this.#host.reset(effect);
        this.#changed(effect.scope);
        break;
      case 'advanced':
        this.#changed(effect.scope);
        break;
      case 'proved':
        this.#host.proved(effect.scope, effect.freshAsOfMs);
        this.#changed(effect.scope);
        break;
      case 'unproved':
        this.#unproved(effect);
        break;
      case 'ask-counters':
      case 'tell-counters':
      case 'tell-nothing':
        this.#host.asks(effect);
        break;
      case 'gap-closed':
        this.#host.gapClosed(effect.gapId);
        break;
      case 'log-reachable':
        break;
    }
  }

  #poll({ pollId, request }: Extract<FreshnessEffect, { kind: 'poll' }>): void {
    this.#host.pollSent();
    this.#host.poll(request, (answer) => {
      if (!answer) {
        this.#host.pollEnded(undefined);
        this.handle({ kind: 'poll-failed', pollId });
        return;
      }
      // A pause of the process is noticed before anything is proven across it (rule F3).
      this.#tick();
      this.#host.pollEnded(answer);
      const effects = this.handle({ kind: 'poll-answer', pollId, answer });
      const taken = effects.some(({ kind }) => kind === 'advanced' || kind === 'proved');
      this.#host.answered(answer, taken);
    });
  }

  /** Proves the scope by a poll that was not sent yet when this was called (rule F4). */
  proveAnew(scope: Scope): Promise<boolean> {
    return this.#prove(scope, this.machine.unsentSinceMs(this.#host.process.clock.monotonicMs()));
  }

  /** An input that came from elsewhere: a pause of the process is noticed before it counts. */
  heard(input: FreshnessInput): void {
    this.#tick();
    this.handle(input);
  }

  #tick(): void {
    const wallMs = this.#host.process.clock.wallMs();
    this.handle({ kind: 'tick', wallMs, random: this.#dice.next() });
    this.#host.ticked();
  }

  /** One timer, armed anew only where the machine wants to be woken earlier than it stands. */
  #arm(): void {
    const dueMs = this.machine.nextDueMs();
    if (dueMs >= this.#timerDueMs) return;
    this.#timerDueMs = dueMs;
    const timer = ++this.#timer;
    const { process } = this.#host;
    process.after(Math.max(1, dueMs - process.clock.monotonicMs()), () => {
      if (timer !== this.#timer) return;
      this.#timerDueMs = Number.POSITIVE_INFINITY;
      this.#tick();
    });
  }

  #prove(scope: Scope, sinceMs: number): Promise<boolean> {
    const holds = () => this.machine.freshAsOfMs(scope) >= sinceMs;
    if (holds()) return Promise.resolve(true);
    const answer = this.#wait(scope, sinceMs, holds);
    this.handle({ kind: 'demand', scope, sinceMs });
    return answer;
  }

  #reach(position: AppliedPosition, timeoutMs: number): Promise<boolean> {
    const holds = () => this.#hasReached(position);
    if (holds()) return Promise.resolve(true);
    this.handle({ kind: 'await-position', position });
    return this.#wait(position.scope, Number.POSITIVE_INFINITY, holds, timeoutMs);
  }

  #hasReached(position: AppliedPosition): boolean {
    if (this.machine.hasReached(position)) return true;
    const { mutation, options } = this.#host;
    if (!mutation?.trustsOldPositions) return false;
    const applied = this.machine.status(position.scope, 0)?.appliedThrough ?? 0;
    return position.version + (options.historyMax ?? FRESHNESS_DEFAULTS.historyMax) <= applied;
  }

  #wait(scope: Scope, sinceMs: number, holds: () => boolean, timeoutMs?: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const waiter: Waiter = {
      scope,
      sinceMs,
      holds,
      tell: (held) => {
        this.#waiting.delete(waiter);
        resolve(held);
        this.#host.woke();
      },
    };
    this.#waiting.add(waiter);
    if (timeoutMs !== undefined) this.#host.process.after(timeoutMs, () => waiter.tell(holds()));
    return promise;
  }

  /** Whoever waits for this or an earlier proof is told that it failed. */
  #unproved({ scope, sinceMs }: Extract<FreshnessEffect, { kind: 'unproved' }>): void {
    for (const one of this.#waiting)
      if (one.scope === scope && one.sinceMs <= sinceMs) one.tell(one.holds());
  }

  #changed(scope: Scope): void {
    for (const one of this.#waiting) if (one.scope === scope && one.holds()) one.tell(true);
  }
}
