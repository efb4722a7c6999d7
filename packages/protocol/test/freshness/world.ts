import type {
  Announcement,
  AppendId,
  ChainHead,
  Epoch,
  NodeName,
  Origin,
  PollAnswer,
  PollRequest,
  Scope,
} from '@hearsay/spi';
import fc from 'fast-check';
import { expect } from 'vitest';
import { type CounterReading, countersOf } from '../../src/freshness/counter-reading.js';
import type { FreshnessEffect } from '../../src/freshness/effect.js';
import { FreshnessMachine } from '../../src/freshness/freshness-machine.js';
import type { FreshnessInput } from '../../src/freshness/input.js';
import type { FreshnessOptions } from '../../src/freshness/options.js';
import { announcementOf, ModelLog, type ModelRow, OTHER, positionOf, SCOPE } from './model-log.js';

const NAMES = ['a', 'b', 'c'] as const;
const SELF = originOf('self');
const PEER = originOf('peer');

export type Step =
  | { readonly do: 'commit'; readonly scope: Scope; readonly name: string; readonly own: boolean }
  | { readonly do: 'deliver'; readonly picks: readonly number[]; readonly again: boolean }
  | { readonly do: 'mislay'; readonly pick: number }
  | { readonly do: 'hint' | 'fill'; readonly scope: Scope; readonly name: string }
  | { readonly do: 'wait'; readonly forMs: number; readonly random: number }
  | { readonly do: 'snapshot' | 'answer' | 'fail' | 'gap' | 'isolate' | 'heal' }
  | { readonly do: 'demand'; readonly scope: Scope; readonly agoMs: number }
  | { readonly do: 'await'; readonly scope: Scope }
  | { readonly do: 'failover'; readonly scope: Scope; readonly count: number }
  | { readonly do: 'prune'; readonly scope: Scope; readonly keep: number }
  | { readonly do: 'replace' | 'suspend' }
  | { readonly do: 'meet' | 'part' | 'peer-reads' | 'peer-answers' | 'peer-fails' };

const scope = fc.constantFrom(SCOPE, OTHER);
const name = fc.constantFrom(...NAMES);
const pick = fc.nat(20);

const calm: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('commit'), scope, name, own: fc.boolean() }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      picks: fc.array(pick, { minLength: 1, maxLength: 4 }),
      again: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('mislay'), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('fill'), scope, name }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hint'), scope, name }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('wait'),
      forMs: fc.constantFrom(0, 1, 20, 300, 1200),
      random: fc.double({ min: 0, max: 0.99, noNaN: true }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('snapshot') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('answer') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('fail', 'gap', 'isolate', 'heal') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('demand'), scope, agoMs: fc.constantFrom(0, 5, 500) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('await'), scope }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('meet', 'part') }) },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constantFrom('peer-reads', 'peer-answers', 'peer-fails') }),
  },
];

const storms: fc.WeightedArbitrary<Step>[] = [
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('failover'),
      scope,
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('prune'), scope, keep: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('replace', 'suspend') }) },
];

export const calmSteps = fc.array(fc.oneof(...calm), { maxLength: 120, size: 'max' });
export const stormySteps = fc.array(fc.oneof(...calm, ...storms), { maxLength: 120, size: 'max' });

/** Limits small enough to be met, or those of production. */
export const someOptions: fc.Arbitrary<Partial<FreshnessOptions>> = fc.record({
  rowsMax: fc.constantFrom(1, 2, 1024),
  pendingMax: fc.constantFrom(0, 2, 1024),
  historyMax: fc.constantFrom(2, 4, 4096),
  gapsMax: fc.constantFrom(2, 1024),
});

interface PollUnderWay {
  readonly pollId: number;
  readonly request: PollRequest;
  readonly sentMs: number;
  readonly sentStep: number;
  snapshot?: {
    readonly answer: PollAnswer;
    readonly rows: ReadonlyMap<Scope, readonly ModelRow[]>;
  };
}

/** A question for counters, and what its peer has read since. */
interface AskUnderWay {
  readonly pollId: number;
  readonly scopes: readonly Scope[];
  reading?: CounterReading;
}

/** What this node holds of one scope, as the oracle sees it. */
class Held {
  /** Entry name → the step of its load. */
  readonly cache = new Map<string, number>();
  /** Targets dropped here since the last reset; every target of the model has a name of its own. */
  readonly dropped = new Set<string>();
  readonly named = new Set<string>();
  readonly links = new Map<AppendId, ChainHead & { readonly prevId: AppendId }>();
  base: ChainHead | undefined;
  resetStep = -1;
  /** The step in which the read that proved it was asked for. */
  provenStep = -1;

  name(announcement: Announcement): void {
    this.named.add(announcement.target.key);
    if (announcement.place) this.links.set(announcement.place.appendId, announcement.place);
  }

  covers(row: ModelRow): boolean {
    return this.dropped.has(row.target.key) || this.resetStep > row.step;
  }
}

/**
 * One node over one log and a bad network, and an oracle that sees all of it. A violation throws.
 * A calm world allows no reset but the first, and no target twice.
 */
export class World {
  readonly log = new ModelLog();
  readonly machine: FreshnessMachine;
  readonly #calm: boolean;
  readonly #held = new Map([SCOPE, OTHER].map((each) => [each, new Held()]));
  readonly #network: ModelRow[] = [];
  readonly #gaps = new Map<number, number>();
  readonly #readers: { readonly scope: Scope; readonly sinceMs: number }[] = [];
  #poll: PollUnderWay | undefined;
  #answered: PollUnderWay | undefined;
  #ask: AskUnderWay | undefined;
  /** By the time of its send, the step of a question. */
  readonly #askSteps = new Map<number, number>();
  /** When each step was. */
  readonly #stepMs: number[] = [0];
  #step = 0;
  #nowMs = 0;
  #wallMs = 1e6;
  #hints = 0;

  constructor(calm: boolean, options: Partial<FreshnessOptions>) {
    this.#calm = calm;
    const sharing = { shareMembersMin: 2, sharePollersMax: 1, intervalMs: 1000 };
    this.machine = new FreshnessMachine({ logged: true, ...sharing, ...options });
    for (const each of this.#held.keys()) this.#handle({ kind: 'use-scope', scope: each });
  }

  run(steps: readonly Step[]): void {
    for (const step of steps) {
      this.#nextStep();
      this.#take(step);
      if (this.#calm) this.#checkReached();
    }
  }

  /** Faults end: polls answer, and nothing else comes any more. */
  settle(): void {
    const startMs = ++this.#nowMs;
    const scopes = [...this.#held.keys()];
    for (let polls = 0; scopes.some((each) => this.machine.freshAsOfMs(each) < startMs); polls++) {
      expect(polls, 'polls until proven').toBeLessThan(500);
      this.#nextStep();
      if (this.#poll === undefined) this.#wait(5000, 0.5);
      this.#answer();
    }
    for (let polls = 0; this.#poll !== undefined; polls++) {
      expect(polls, 'polls that follow at once').toBeLessThan(500);
      this.#answer();
    }
    this.#checkSettled();
  }

  /** Everything that the network still holds, stale or not. */
  deliverAll(): void {
    this.#nextStep();
    this.#deliver(this.#network);
  }

  #nextStep(): void {
    this.#step++;
    this.#stepMs[this.#step] = this.#nowMs;
  }

  #take(step: Step): void {
    switch (step.do) {
      case 'commit': {
        const row = this.log.append(step.scope, `${step.name}/${this.#step}`, this.#step);
        if (step.own) this.#announce('committed', [announcementOf(row)]);
        else this.#network.push(row);
        break;
      }
      case 'deliver': {
        const rows = step.picks.flatMap((each) => this.#network[each % this.#network.length] ?? []);
        if (!step.again) for (const row of rows) this.#mislay(row);
        this.#deliver(rows);
        break;
      }
      case 'mislay':
        this.#mislay(this.#network[step.pick % this.#network.length]);
        break;
      case 'hint': {
        const target = { kind: 'key', key: `${step.name}/hint-${++this.#hints}` } as const;
        this.#announce('gossip', [{ scope: step.scope, target }]);
        break;
      }
      case 'fill':
        this.#of(step.scope).cache.set(step.name, this.#step);
        break;
      case 'wait':
        this.#wait(step.forMs, step.random);
        break;
      case 'snapshot':
        this.#snapshot();
        break;
      case 'answer':
        this.#answer();
        break;
      case 'fail':
        this.#fail();
        break;
      case 'gap':
        this.#gaps.set(this.#step, this.#step);
        this.#handle({ kind: 'gap', gapId: this.#step });
        break;
      case 'isolate':
        this.#handle({ kind: 'coherence', coherence: 'isolated' });
        break;
      case 'heal':
        this.#handle({ kind: 'coherence', coherence: 'coherent' });
        break;
      case 'demand': {
        const sinceMs = this.#nowMs - step.agoMs;
        this.#readers.push({ scope: step.scope, sinceMs });
        this.#handle({ kind: 'demand', scope: step.scope, sinceMs });
        break;
      }
      case 'await': {
        const row = this.log.rows(step.scope).at(-1);
        if (row) this.#handle({ kind: 'await-position', position: positionOf(row) });
        break;
      }
      case 'failover':
        this.log.lose(step.scope, step.count);
        break;
      case 'prune':
        this.log.prune(step.scope, this.log.head(step.scope).version - step.keep);
        break;
      case 'replace':
        this.log.replace();
        break;
      case 'meet':
        this.#handle({ kind: 'members', self: SELF, followers: [SELF, PEER] });
        break;
      case 'part':
        this.#handle({ kind: 'members', self: SELF, followers: [SELF] });
        break;
      case 'peer-reads':
        this.#peerReads();
        break;
      case 'peer-answers':
        this.#peerReads();
        this.#peerAnswers();
        break;
      case 'peer-fails':
        if (this.#ask) this.#handle({ kind: 'ask-failed', pollId: this.#takeAsk().pollId });
        break;
      case 'suspend':
        this.#wallMs += 60_000;
        this.#wait(0, 0.5);
        break;
    }
  }

  #deliver(rows: readonly ModelRow[]): void {
    this.#announce('gossip', rows.map(announcementOf));
  }

  #announce(kind: 'gossip' | 'committed', announcements: readonly Announcement[]): void {
    for (const each of announcements) this.#of(each.scope).name(each);
    this.#handle({ kind, announcements });
  }

  #mislay(row: ModelRow | undefined): void {
    if (row !== undefined && this.#network.includes(row))
      this.#network.splice(this.#network.indexOf(row), 1);
  }

  #wait(forMs: number, random: number): void {
    this.#nowMs += forMs;
    this.#wallMs += forMs;
    this.#handle({ kind: 'tick', wallMs: this.#wallMs, random });
  }

  #snapshot(): void {
    if (this.#poll === undefined || this.#poll.snapshot !== undefined) return;
    const rows = new Map([...this.#held.keys()].map((each) => [each, this.log.rows(each)]));
    this.#poll.snapshot = { answer: this.log.read(this.#poll.request), rows };
  }

  #answer(): void {
    this.#snapshot();
    const poll = this.#poll;
    if (poll?.snapshot === undefined) return;
    const { answer } = poll.snapshot;
    for (const { scope: of, rows } of answer.readings)
      for (const row of rows) {
        const { logId } = answer;
        this.#of(of).name({ scope: of, target: row.target, place: { logId, ...row } });
      }
    this.#poll = undefined;
    this.#answered = poll;
    this.#handle({ kind: 'poll-answer', pollId: poll.pollId, answer });
    this.#answered = undefined;
  }

  /** The snapshot is that of any moment between the question and its answer. */
  #peerReads(): void {
    if (this.#ask === undefined || this.#ask.reading !== undefined) return;
    const positions = new Map(this.#ask.scopes.map((each) => [each, undefined]));
    const answer = this.log.read({ positions, rowsMax: 1 });
    this.#ask.reading = countersOf(answer, this.#ask.scopes);
  }

  #peerAnswers(): void {
    const reading = this.#ask?.reading;
    if (this.#ask === undefined || reading === undefined) return;
    const { pollId } = this.#takeAsk();
    this.#handle({ kind: 'counters-answer', pollId, reading });
  }

  #takeAsk(): AskUnderWay {
    const ask = this.#ask as AskUnderWay;
    this.#ask = undefined;
    return ask;
  }

  #fail(): void {
    const poll = this.#poll;
    if (poll === undefined) return;
    this.#poll = undefined;
    this.#handle({ kind: 'poll-failed', pollId: poll.pollId });
  }

  #handle(input: FreshnessInput): void {
    for (const effect of this.machine.handle(input, this.#nowMs)) this.#perform(effect);
  }

  #perform(effect: FreshnessEffect): void {
    switch (effect.kind) {
      case 'poll':
        expect(this.#poll, 'polls in flight').toBeUndefined();
        this.#checkLinked(effect.request);
        this.#poll = {
          pollId: effect.pollId,
          request: effect.request,
          sentMs: this.#nowMs,
          sentStep: this.#step,
        };
        break;
      case 'ask-counters':
        this.#ask = { pollId: effect.pollId, scopes: effect.scopes };
        this.#askSteps.set(this.#nowMs, this.#step);
        break;
      case 'tell-counters':
      case 'tell-nothing':
        throw new Error('nobody has asked');
      case 'apply':
        for (const target of effect.targets) this.#drop(effect.scope, target.key);
        break;
      case 'reset':
        this.#reset(effect);
        break;
      case 'proved':
        this.#checkProof(effect.scope, effect.freshAsOfMs);
        this.#of(effect.scope).provenStep =
          this.#answered?.sentStep ?? this.#askSteps.get(effect.freshAsOfMs) ?? -1;
        this.#release(effect.scope, effect.freshAsOfMs);
        break;
      case 'unproved':
        this.#release(effect.scope, effect.sinceMs);
        break;
      case 'gap-closed':
        this.#checkGapClosed(effect.gapId);
        break;
      case 'advanced':
      case 'log-reachable':
        break;
    }
  }

  #drop(of: Scope, key: string): void {
    const held = this.#of(of);
    expect(held.named, 'what was named here').toContain(key);
    if (this.#calm && held.base) expect(held.dropped, 'what was dropped before').not.toContain(key);
    held.dropped.add(key);
    held.cache.delete(key.slice(0, 1));
  }

  #reset({ scope: of, reason }: Extract<FreshnessEffect, { kind: 'reset' }>): void {
    const held = this.#of(of);
    if (this.#calm) {
      expect(reason, 'cause of a reset').toBe('first-use');
      expect(held.base, 'first use').toBeUndefined();
    }
    held.cache.clear();
    held.dropped.clear();
    held.resetStep = this.#step;
    if (this.#answered === undefined) return;
    const rows = this.#answered.snapshot?.rows.get(of) ?? [];
    held.base = rows.at(-1) ?? { version: 0 as never, appendId: '0'.repeat(16) as AppendId };
  }

  #release(of: Scope, sinceMs: number): void {
    for (const reader of [...this.#readers])
      if (reader.scope === of && reader.sinceMs <= sinceMs)
        this.#readers.splice(this.#readers.indexOf(reader), 1);
  }

  /**
   * Invariant B: a proof stands for every commit of the snapshot, and for no moment after the send.
   */
  #checkProof(of: Scope, freshAsOfMs: number): void {
    const poll = this.#answered;
    if (poll === undefined) {
      this.#checkShared(of, freshAsOfMs);
      return;
    }
    expect(freshAsOfMs, 'fresh-as-of').toBe(poll.sentMs);
    const missing = poll.snapshot?.rows.get(of)?.filter((row) => !this.#of(of).covers(row));
    expect(missing, 'commits of the snapshot that are not applied').toEqual([]);
  }

  /** A proof by another node's read, whenever it came into force: it stands for every earlier commit. */
  #checkShared(of: Scope, freshAsOfMs: number): void {
    const earlier = this.log
      .rows(of)
      .filter(({ step }) => (this.#stepMs[step] ?? Infinity) < freshAsOfMs);
    const missing = earlier.filter((row) => !this.#of(of).covers(row));
    expect(missing, 'commits before the question that are not applied').toEqual([]);
  }

  #checkGapClosed(gapId: number): void {
    const gapStep = this.#gaps.get(gapId);
    expect(gapStep, 'a gap that waits').toBeDefined();
    this.#gaps.delete(gapId);
    for (const held of this.#held.values())
      if (held.resetStep < (gapStep ?? 0))
        expect(held.provenStep, 'the send of what closed it').toBeGreaterThanOrEqual(gapStep ?? 0);
  }

  /**
   * Applied-through hangs on the last reset by links that were seen here, without a missing one.
   */
  #checkLinked(request: PollRequest): void {
    for (const [of, position] of request.positions) {
      const { base, links } = this.#of(of);
      let head = position;
      while (head !== undefined && head.appendId !== base?.appendId) {
        const link = links.get(head.appendId);
        expect(link?.version, 'the version of the link').toBe(head.version);
        head = link && { version: (link.version - 1) as never, appendId: link.prevId };
      }
      if (head !== undefined) expect(head.version, 'the base').toBe(base?.version);
    }
  }

  #checkReached(): void {
    for (const [of, held] of this.#held)
      for (const row of this.log.rows(of))
        if (this.machine.hasReached(positionOf(row)))
          expect(held.covers(row), 'a reached write is applied').toBe(true);
  }

  /** Invariants A and J. */
  #checkSettled(): void {
    expect([...this.#gaps.keys()], 'gaps that wait').toEqual([]);
    expect(this.#readers, 'readers that wait').toEqual([]);
    for (const [of, held] of this.#held) {
      const { version } = this.log.head(of);
      expect(this.machine.status(of, this.#nowMs)?.appliedThrough, 'applied-through').toBe(version);
      for (const row of this.log.rows(of)) {
        const loadStep = held.cache.get(row.target.key.slice(0, 1)) ?? Number.POSITIVE_INFINITY;
        expect(loadStep, `the load of what ${row.target.key} covers`).toBeGreaterThan(row.step);
      }
    }
  }

  #of(of: Scope): Held {
    const held = this.#held.get(of);
    if (held === undefined) throw new Error(`no scope ${of}`);
    return held;
  }
}

function originOf(node: string): Origin {
  return { node: node as NodeName, epoch: '0'.repeat(16) as Epoch };
}
