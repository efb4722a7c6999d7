import { setTimeout as sleep } from 'node:timers/promises';
import { type FreshnessEffect, type FreshnessInput, FreshnessMachine } from '@hearsay/protocol';
import type { Announcement, PollRequest, Scope } from '@hearsay/spi';
import type { SeededRandom } from '@hearsay/testkit';
import type { Beginning, Follower } from './follower.ts';
import type { Log, Stage } from './stage/stage.ts';
import { visible } from './stage/tables.ts';
import { idOf } from './truth.ts';

const CATCH_UP_MS_MAX = 120_000;
/** Few rows a poll, so that a reader which is behind needs many of them. */
const ROWS_MAX = [16, 64, 256, 1024];
const INTERVALS_MS = [2, 10, 50, 250];
/** Small, so that gossip runs into it. */
const HISTORY_MAX = 256;

interface SentPoll {
  readonly pollId: number;
  readonly request: PollRequest;
}

/** Follows the log as a node does: the machine decides, polls of the log answer. */
export class LogFollower implements Follower {
  readonly beginnings = new Map<string, Beginning>();
  readonly delivered = new Set<string>();
  readonly stood = new Map<string, Map<number, string>>();
  readonly applied = new Map<string, number>();
  polls = 0;
  resets = 0;
  readonly #stage: Stage;
  readonly #log: Log;
  readonly #random: SeededRandom;
  readonly #machine: FreshnessMachine;
  readonly #resetScopes = new Set<Scope>();
  readonly #used: Scope[] = [];
  #poll: SentPoll | undefined;

  private constructor(stage: Stage, log: Log, random: SeededRandom) {
    this.#stage = stage;
    this.#log = log;
    this.#random = random;
    this.#machine = new FreshnessMachine({
      logged: true,
      rowsMax: oneOf(ROWS_MAX, random),
      intervalMs: oneOf(INTERVALS_MS, random),
      historyMax: HISTORY_MAX,
      // A machine with much to do is no pause; a reset for one would hide what is looked for.
      clockJumpMs: 3_600_000,
    });
  }

  static async open(stage: Stage, random: SeededRandom): Promise<LogFollower> {
    return new LogFollower(stage, await stage.openLog(), random);
  }

  use(scopes: readonly Scope[]): void {
    for (const scope of scopes) {
      this.#used.push(scope);
      this.#handle({ kind: 'use-scope', scope });
    }
  }

  hear(announcements: readonly Announcement[]): void {
    this.#handle({ kind: 'gossip', announcements });
  }

  async step(): Promise<void> {
    this.#tick();
    if (this.#poll) return this.#answer(this.#poll);
    const waitMs = this.#machine.nextDueMs() - performance.now();
    await sleep(Math.max(0, Math.min(5, waitMs)));
  }

  async catchUp(): Promise<void> {
    const sinceMs = this.#machine.unsentSinceMs(performance.now());
    for (const scope of this.#used) this.#handle({ kind: 'demand', scope, sinceMs });
    const lateMs = performance.now() + CATCH_UP_MS_MAX;
    const isBehind = () => this.#used.some((scope) => this.#machine.freshAsOfMs(scope) < sinceMs);
    while (isBehind()) {
      if (performance.now() > lateMs)
        throw new Error(`a reader was not proven within ${CATCH_UP_MS_MAX} ms`);
      await this.step();
    }
    for (const { scope, appliedThrough = 0 } of this.#machine.statuses(performance.now()))
      this.applied.set(scope, appliedThrough);
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  async #answer({ pollId, request }: SentPoll): Promise<void> {
    this.#poll = undefined;
    this.polls++;
    for (const [scope, head] of request.positions) {
      if (head === undefined) continue;
      const stood = this.stood.get(scope) ?? new Map<number, string>();
      this.stood.set(scope, stood.set(head.version, head.appendId));
    }
    const answer = await this.#log.poll(request);
    this.#tick();
    this.#handle({ kind: 'poll-answer', pollId, answer });
    if (this.#resetScopes.size > 0) await this.#begin();
  }

  /** What is committed now may have been so when the poll read; what is not yet was not. */
  async #begin(): Promise<void> {
    const begun = [...this.#resetScopes].map((scope) => {
      return { scope, version: this.#machine.status(scope, performance.now())?.appliedThrough };
    });
    this.#resetScopes.clear();
    const before = await visible(this.#stage);
    for (const { scope, version } of begun) this.beginnings.set(scope, { before, version });
  }

  #tick(): void {
    this.#handle({ kind: 'tick', wallMs: Date.now(), random: this.#random.next() });
  }

  #handle(input: FreshnessInput): void {
    for (const effect of this.#machine.handle(input, performance.now())) this.#take(effect);
  }

  #take(effect: FreshnessEffect): void {
    if (effect.kind === 'poll') this.#poll = effect;
    if (effect.kind === 'apply')
      for (const target of effect.targets) this.delivered.add(idOf(effect.scope, target));
    if (effect.kind === 'reset') {
      this.#resetScopes.add(effect.scope);
      if (effect.reason !== 'first-use') this.resets++;
    }
  }
}

function oneOf(values: readonly number[], random: SeededRandom): number {
  return values[Math.floor(random.next() * values.length)] ?? 1;
}
