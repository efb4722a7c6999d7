import type { Scope } from '@hearsay/spi';
import { FreshnessMachine } from '../../src/freshness/freshness-machine.js';
import { LeaseMachine } from '../../src/freshness/lease-machine.js';
import { Readiness } from '../../src/freshness/readiness.js';
import { LIFE, SELF } from './lease-words.js';
import { ModelLog, OTHER, SCOPE } from './model-log.js';

const INTERVAL_MS = 1000;
const ANSWER_MS = 5;
const TIMEOUT_MS = 500;
const STEP_MS = 5;
const ROWS_MAX = 32;

export type Weather = 'calm' | 'refusing' | 'hanging';

/** What an observer of the node sees. */
export interface Sight {
  readonly nowMs: number;
  readonly unready: ReadonlySet<Scope>;
  /**
   * Reads of these scopes would be loaded or refused now: unproven, and the poll for them would fail,
   * or would not be the last that they need.
   */
  readonly broken: ReadonlySet<Scope>;
}

/** A node with one bounded and one strict scope, over a log that answers, refuses or hangs. */
export class ReadinessNode {
  readonly #log = new ModelLog();
  readonly #freshness = new FreshnessMachine({
    ...{ logged: true, intervalMs: INTERVAL_MS, rowsMax: ROWS_MAX },
  });
  readonly #leases = new LeaseMachine(SELF);
  readonly #readiness = new Readiness();
  readonly #boundMs: number;
  readonly #later: { readonly atMs: number; readonly work: () => void }[] = [];
  #weather: Weather = 'calm';
  #nowMs = 0;
  #lastFailed = false;

  constructor(boundMs: number, leaseMs: number) {
    this.#boundMs = boundMs;
    this.#fresh({ kind: 'use-scope', scope: SCOPE });
    this.#fresh({ kind: 'use-scope', scope: OTHER });
    this.#readiness.bounded(SCOPE, boundMs);
    this.#readiness.strict(OTHER, leaseMs);
    this.#leases.handle({ kind: 'use-scope', scope: OTHER, leaseMs }, 0);
  }

  /** So many commits, of which this node hears nothing. */
  flood(commits: number): void {
    for (let at = 0; at < commits; at++) this.#log.append(SCOPE, `flood/${at}`);
  }

  /** @returns what is seen at each step */
  run(weather: Weather, forMs: number): Sight[] {
    const seen: Sight[] = [];
    this.#weather = weather;
    for (const endMs = this.#nowMs + forMs; this.#nowMs < endMs; ) {
      this.#nowMs += STEP_MS;
      for (const due of this.#later.splice(0))
        if (due.atMs <= this.#nowMs) due.work();
        else this.#later.push(due);
      this.#tick();
      seen.push(this.#look());
    }
    return seen;
  }

  #look(): Sight {
    const nowMs = this.#nowMs;
    const freshForMs = (scope: Scope) => nowMs - this.#freshness.freshAsOfMs(scope);
    const rightForMs = (scope: Scope) => this.#leases.right(scope)?.leftMs(nowMs) ?? 0;
    const behind = (scope: Scope) => this.#freshness.behind(scope);
    const reasons = this.#readiness.judge({ nowMs, freshForMs, behind, rightForMs });
    const broken = new Set<Scope>();
    const isOld = freshForMs(SCOPE) > this.#boundMs;
    if (isOld && (this.#lastFailed || behind(SCOPE) > 0)) broken.add(SCOPE);
    if (this.#lastFailed && rightForMs(OTHER) <= 0) broken.add(OTHER);
    return { nowMs, unready: new Set(reasons.map(({ scope }) => scope)), broken };
  }

  #tick(): void {
    const tick = { kind: 'tick', wallMs: 1e9 + this.#nowMs, random: 0.5 } as const;
    for (const effect of this.#leases.handle(tick, this.#nowMs)) {
      if (effect.kind !== 'commit-lease') continue;
      const { leaseSeq } = effect.row;
      this.#ask(
        () => {
          const readableFromMs = this.#freshness.unsentSinceMs(this.#nowMs);
          const input = { kind: 'lease-committed', leaseSeq, readableFromMs } as const;
          for (const demand of this.#leases.handle(input, this.#nowMs))
            if (demand.kind === 'demand') this.#fresh(demand);
        },
        () => this.#leases.handle({ kind: 'lease-failed', leaseSeq }, this.#nowMs),
      );
    }
    this.#fresh(tick);
  }

  #fresh(input: Parameters<FreshnessMachine['handle']>[0]): void {
    for (const effect of this.#freshness.handle(input, this.#nowMs)) {
      if (effect.kind === 'proved') this.#leases.handle({ ...effect, kind: 'proved' }, this.#nowMs);
      if (effect.kind !== 'poll') continue;
      const { pollId, request } = effect;
      this.#readiness.polled(this.#nowMs);
      this.#ask(
        () => {
          this.#pollEnded(true);
          this.#leases.handle({ kind: 'log-read', log: LIFE }, this.#nowMs);
          this.#fresh({ kind: 'poll-answer', pollId, answer: this.#log.read(request) });
        },
        () => {
          this.#pollEnded(false);
          this.#fresh({ kind: 'poll-failed', pollId });
        },
      );
    }
  }

  #pollEnded(answered: boolean): void {
    this.#readiness.pollEnded(answered);
    this.#lastFailed = !answered;
  }

  #ask(then: () => void, failed: () => void): void {
    const hangs = this.#weather === 'hanging';
    const work = this.#weather === 'calm' ? then : failed;
    this.#later.push({ atMs: this.#nowMs + (hangs ? TIMEOUT_MS : ANSWER_MS), work });
  }
}
