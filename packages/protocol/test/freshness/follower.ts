import type { PollAnswer, Scope } from '@hearsay/spi';
import { type CounterReading, countersOf } from '../../src/freshness/counter-reading.js';
import type { FreshnessEffect } from '../../src/freshness/effect.js';
import { FreshnessMachine } from '../../src/freshness/freshness-machine.js';
import type { FreshnessInput } from '../../src/freshness/input.js';
import type { FreshnessOptions } from '../../src/freshness/options.js';
import { announcementOf, type ModelLog, type ModelRow } from './model-log.js';

type PollEffect = Extract<FreshnessEffect, { kind: 'poll' }>;
type AskEffect = Extract<FreshnessEffect, { kind: 'ask-counters' }>;

/** The machine over a model log, moved by hand. No jitter: `random` is in the middle. */
export class Follower {
  readonly machine: FreshnessMachine;
  readonly log: ModelLog;
  nowMs = 1000;
  wallMs = 1_000_000;
  poll: PollEffect | undefined;
  ask: AskEffect | undefined;

  constructor(log: ModelLog, options: Partial<FreshnessOptions> = {}) {
    this.log = log;
    this.machine = new FreshnessMachine({ logged: true, ...options });
  }

  handle(input: FreshnessInput): FreshnessEffect[] {
    const effects = this.machine.handle(input, this.nowMs);
    for (const effect of effects) {
      if (effect.kind === 'ask-counters') this.ask = effect;
      if (effect.kind !== 'poll') continue;
      if (this.poll !== undefined) throw new Error('a second poll is in flight');
      this.poll = effect;
    }
    return effects;
  }

  gossip(...rows: readonly ModelRow[]): FreshnessEffect[] {
    return this.handle({ kind: 'gossip', announcements: rows.map(announcementOf) });
  }

  /** Moves both clocks. */
  tick(forMs: number): FreshnessEffect[] {
    this.nowMs += forMs;
    this.wallMs += forMs;
    return this.handle({ kind: 'tick', wallMs: this.wallMs, random: 0.5 });
  }

  read(): PollAnswer {
    if (this.poll === undefined) throw new Error('no poll is in flight');
    return this.log.read(this.poll.request);
  }

  answer(answer = this.read()): FreshnessEffect[] {
    if (this.poll === undefined) throw new Error('no poll is in flight');
    const { pollId } = this.poll;
    this.poll = undefined;
    return this.handle({ kind: 'poll-answer', pollId, answer });
  }

  fail(): FreshnessEffect[] {
    if (this.poll === undefined) throw new Error('no poll is in flight');
    const { pollId } = this.poll;
    this.poll = undefined;
    return this.handle({ kind: 'poll-failed', pollId });
  }

  /** What another node would read now, for the question that is under way. */
  peerReads(): CounterReading {
    const { scopes } = this.#asked();
    const positions = new Map(scopes.map((scope) => [scope, undefined]));
    return countersOf(this.log.read({ positions, rowsMax: 1 }), scopes);
  }

  peerAnswers(reading = this.peerReads()): FreshnessEffect[] {
    const { pollId } = this.#asked();
    this.ask = undefined;
    return this.handle({ kind: 'counters-answer', pollId, reading });
  }

  peerFails(): FreshnessEffect[] {
    const { pollId } = this.#asked();
    this.ask = undefined;
    return this.handle({ kind: 'ask-failed', pollId });
  }

  #asked(): AskEffect {
    if (this.ask === undefined) throw new Error('nobody was asked');
    return this.ask;
  }

  /** Lets the next regular poll read and prove. */
  sync(): FreshnessEffect[] {
    const effects = this.poll === undefined ? this.tick(10_000) : [];
    while (this.poll !== undefined) effects.push(...this.answer());
    return effects;
  }

  applied(scope: Scope): number | undefined {
    return this.machine.status(scope, this.nowMs)?.appliedThrough;
  }
}

/** A follower that has proven what the log holds of these scopes. */
export function following(
  log: ModelLog,
  scopes: readonly Scope[],
  options: Partial<FreshnessOptions> = {},
): Follower {
  const follower = new Follower(log, options);
  follower.tick(0);
  follower.sync();
  for (const scope of scopes) follower.handle({ kind: 'use-scope', scope });
  follower.sync();
  return follower;
}

/**
 * Effects in short: `apply table a,b gossip`, `reset table first-use`, `advanced table 2 log`, …
 */
export function shortly(effects: readonly FreshnessEffect[]): string[] {
  return effects.map(short);
}

function short(effect: FreshnessEffect): string {
  switch (effect.kind) {
    case 'poll':
      return 'poll';
    case 'apply':
      return `apply ${effect.scope} ${effect.targets.map(({ key }) => key)} ${effect.via}`;
    case 'reset':
      return `reset ${effect.scope} ${effect.reason}`;
    case 'advanced':
      return `advanced ${effect.scope} ${effect.appliedThrough} ${effect.via}`;
    case 'proved':
      return `proved ${effect.scope} ${effect.freshAsOfMs}`;
    case 'unproved':
      return `unproved ${effect.scope} ${effect.sinceMs}`;
    case 'gap-closed':
      return `gap-closed ${effect.gapId}`;
    case 'ask-counters':
      return `ask ${effect.peer.node} ${effect.scopes}`;
    case 'tell-counters':
      return `tell ${effect.questionId} ${[...effect.reading.heads].map(([scope, head]) => `${scope} ${head.version}`)}`;
    case 'tell-nothing':
      return `tell ${effect.questionId} nothing`;
    case 'log-reachable':
      return `log-reachable ${effect.reachable}`;
  }
}
