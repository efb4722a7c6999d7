import {
  type CounterReading,
  type FreshnessEffect,
  type FreshnessInput,
  FreshnessMachine,
  type FreshnessOptions,
} from '@hearsay/protocol';
import type { Announcement, Coherence, Origin, PollAnswer, Scope } from '@hearsay/spi';
import type { SeededRandom, SimulatedClock } from '@hearsay/testkit';
import type { SimulatedLog } from './simulated-log.ts';

/**
 * Ways to break rule F6, in the driver:
 * - `answers-old`: a poller answers from a read that began before the question came
 * - `asks-old`: an asker takes the answer to an earlier question for the answer to this one
 */
export type Mutation = 'answers-old' | 'asks-old';

export interface FollowerParts {
  readonly clock: SimulatedClock;
  readonly random: SeededRandom;
  readonly log: SimulatedLog;
  readonly scopes: ReadonlyMap<Scope, number>;
  readonly options: Partial<FreshnessOptions>;
  readonly mutation: Mutation | undefined;
  /** Brings a question to its peer. `answer` is called once, or never. */
  readonly ask: (
    from: SimulatedFollower,
    peer: Origin,
    scopes: readonly Scope[],
    answer: (reading: CounterReading | undefined) => void,
  ) => void;
  readonly onViolation: (text: string) => void;
}

const POLL_ARRIVES_MS_MAX = 6;

/** One node: the production machine over a simulated log and network, and what its caches would hold. */
export class SimulatedFollower {
  readonly origin: Origin;
  readonly machine: FreshnessMachine;
  readonly #parts: FollowerParts;
  /** Per scope the keys whose entries cannot be held here any more. */
  readonly #dropped = new Map<Scope, Set<string>>();
  readonly #questions = new Map<number, (reading: CounterReading | undefined) => void>();
  readonly #backlog: (() => void)[] = [];
  #lastQuestionId = 0;
  #lastAnswer: PollAnswer | undefined;
  #lastReading: CounterReading | undefined;
  frozen = false;
  alive = true;
  /** Questions of others that it has answered. */
  told = 0;

  constructor(origin: Origin, parts: FollowerParts) {
    this.origin = origin;
    this.#parts = parts;
    this.machine = new FreshnessMachine({ logged: true, ...parts.options });
    for (const [scope, boundMs] of parts.scopes) {
      this.#dropped.set(scope, new Set());
      this.handle({ kind: 'use-scope', scope, boundMs });
    }
    this.#tick();
  }

  /** SIGSTOP: what happens meanwhile is heard when it goes on. */
  freeze(forMs: number): void {
    this.frozen = true;
    this.#parts.clock.schedule(forMs, () => {
      this.frozen = false;
      for (const run of this.#backlog.splice(0)) run();
    });
  }

  gossip(announcements: readonly Announcement[]): void {
    this.#run(() => this.handle({ kind: 'gossip', announcements }));
  }

  members(followers: readonly Origin[]): void {
    this.#run(() => this.handle({ kind: 'members', self: this.origin, followers }));
  }

  hear(coherence: Coherence): void {
    this.#run(() => this.handle({ kind: 'coherence', coherence }));
  }

  /** Another node asks. */
  question(scopes: readonly Scope[], answer: (reading: CounterReading | undefined) => void): void {
    this.#run(() => {
      if (this.#parts.mutation === 'answers-old' && this.#lastAnswer) {
        answer(readingOf(this.#lastAnswer));
        return;
      }
      this.#questions.set(++this.#lastQuestionId, answer);
      this.handle({ kind: 'question', questionId: this.#lastQuestionId, scopes });
    });
  }

  /** A reader whose bound the proof may have outlived. */
  read(scope: Scope): void {
    this.#run(() => {
      const sinceMs = this.#parts.clock.monotonicMs() - (this.#parts.scopes.get(scope) ?? Infinity);
      if (this.machine.freshAsOfMs(scope) < sinceMs)
        this.handle({ kind: 'demand', scope, sinceMs });
    });
  }

  handle(input: FreshnessInput): void {
    for (const effect of this.machine.handle(input, this.#parts.clock.monotonicMs()))
      this.#perform(effect);
  }

  /** What is held up while this process stands still, and never happens once it is dead. */
  #run(run: () => void): void {
    if (!this.alive) return;
    if (this.frozen) this.#backlog.push(() => this.#run(run));
    else run();
  }

  #later(afterMs: number, run: () => void): void {
    this.#parts.clock.schedule(afterMs, () => this.#run(run));
  }

  #tick(): void {
    const { clock, random } = this.#parts;
    this.handle({ kind: 'tick', wallMs: clock.wallMs(), random: random.next() });
    const waitMs = this.machine.nextDueMs() - clock.monotonicMs();
    this.#later(Math.min(50, Math.max(1, waitMs)), () => this.#tick());
  }

  #perform(effect: FreshnessEffect): void {
    switch (effect.kind) {
      case 'poll':
        this.#poll(effect);
        break;
      case 'ask-counters':
        this.#ask(effect);
        break;
      case 'tell-counters':
        this.told++;
        this.#answer(effect.questionId, effect.reading);
        break;
      case 'tell-nothing':
        this.#answer(effect.questionId, undefined);
        break;
      case 'apply':
        for (const { key } of effect.targets) this.#dropped.get(effect.scope)?.add(key);
        break;
      case 'reset':
        this.#reset(effect.scope);
        break;
      case 'proved':
        this.#judge(effect.scope, effect.freshAsOfMs);
        break;
      case 'advanced':
      case 'unproved':
      case 'gap-closed':
      case 'log-reachable':
        break;
    }
  }

  #poll({ pollId, request }: Extract<FreshnessEffect, { kind: 'poll' }>): void {
    const { clock, random, log } = this.#parts;
    clock.schedule(random.between(0, POLL_ARRIVES_MS_MAX), () => {
      const answer = log.poll(request, clock.monotonicMs());
      this.#later(random.between(0, log.answerMsMax), () => {
        if (answer) this.#lastAnswer = answer;
        this.handle(
          answer ? { kind: 'poll-answer', pollId, answer } : { kind: 'poll-failed', pollId },
        );
      });
    });
  }

  #ask({
    pollId,
    peer,
    scopes,
    timeoutMs,
  }: Extract<FreshnessEffect, { kind: 'ask-counters' }>): void {
    let settled = false;
    const settle = (reading: CounterReading | undefined) => {
      if (settled) return;
      settled = true;
      this.#run(() => {
        const old = this.#parts.mutation === 'asks-old' ? this.#lastReading : undefined;
        this.#lastReading = reading;
        const used = old ?? reading;
        this.handle(
          used
            ? { kind: 'counters-answer', pollId, reading: used }
            : { kind: 'ask-failed', pollId },
        );
      });
    };
    this.#parts.ask(this, peer, scopes, settle);
    this.#later(timeoutMs, () => settle(undefined));
  }

  #answer(questionId: number, reading: CounterReading | undefined): void {
    this.#questions.get(questionId)?.(reading);
    this.#questions.delete(questionId);
  }

  /** Whatever was held is gone, so nothing that was committed before can be missing. */
  #reset(scope: Scope): void {
    const dropped = this.#dropped.get(scope);
    for (const commit of this.#parts.log.commits)
      if (commit.scope === scope) dropped?.add(commit.key);
  }

  /** Invariant B, at its root: what was committed before the proof is applied here. */
  #judge(scope: Scope, freshAsOfMs: number): void {
    const dropped = this.#dropped.get(scope);
    const missing = this.#parts.log.commits.find(
      ({ scope: of, key, atMs, lost }) =>
        of === scope && !lost && atMs < freshAsOfMs && !dropped?.has(key),
    );
    if (missing)
      this.#parts.onViolation(
        `${this.origin.node} is proven as of ${freshAsOfMs} without ${missing.key} of ${missing.atMs}`,
      );
  }
}

function readingOf({ logId, incarnation, readings }: PollAnswer): CounterReading {
  return { logId, incarnation, heads: new Map(readings.map(({ scope, head }) => [scope, head])) };
}
