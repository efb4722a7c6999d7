import type { Announcement, LeaseRow, LeaseTable, NodeName, Origin } from '@hearsay/spi';
import { originId, sameOrigin } from '@hearsay/spi';
import { InMemoryVersionLog, SeededRandom, SimulatedClock } from '@hearsay/testkit';
import fc from 'fast-check';
import { expect } from 'vitest';
import type { LogLife } from '../../src/freshness/lease-machine.js';
import { SCOPE } from './model-log.js';
import { StrictNode } from './strict-node.js';

/** Each takes one rule away; the world must notice. */
export const STRICT_MUTATIONS = {
  'read-before-commit': 'S1: the counters are read after the registration is committed',
  'right-from-answer': 'S1: a right counts from before the read, not from its answer',
  'right-from-read': 'S1: a right counts from the send of its registration, not from a late read',
  'no-margin': 'S1, S2: a right is shorter, and the wait longer, than L',
  'table-before-commit': 'S2: the lease table is read after the commit',
  'nothing-left-to-revoke': 'S2: revoke always appends',
  'wall-clock': 'S2: no wall clock decides',
  'own-lease-only': 'S2: L is the largest in the rows and the meta row',
  'sweep-renewed': 'S2: a row goes only where its lease is unchanged',
  'acknowledge-before-drop': 'S3: an acknowledgement comes after the drop',
  'no-detaching': 'S3, F4: loads in flight are detached and their tickets void',
  'trust-any-life': 'S4: the table counts only for a life that was watched',
  'clean-up': 'S5: nothing else removes rows',
  'leaver-serves-on': 'S5: a leaver stops serving before its row goes',
  'no-jump-check': 'F3: a pause that stops the monotonic clock ends the right',
  'join-a-sent-poll': 'F4: a strict reader joins no poll that was sent before',
  'fail-open': 'a strict reader without right and without proof is refused',
} as const;

export type StrictMutation = keyof typeof STRICT_MUTATIONS;

const NAMES = ['a', 'b', 'c', 'd'] as const;
const LAST_STEP_MS = 4000;
const END_MS = 6500;
/** After which a caller of the database gives up; the call itself may still be carried out. */
const CALL_MS = 1500;
/** What an answer of the database takes while it is slow. */
const SLOW_ANSWER_MS = 700;

type Do =
  | 'revoke'
  | 'write'
  | 'stop'
  | 'suspend'
  | 'cut'
  | 'dark'
  | 'island'
  | 'slow-leases'
  | 'slow-polls'
  | 'crash'
  | 'leave'
  | 'fail-over'
  | 'step-wall';

export interface StrictScenario {
  readonly seed: number;
  /** Of all latencies, how many are long. */
  readonly slowness: number;
  readonly nodes: readonly { readonly leaseMs: number; readonly rate: number }[];
  readonly steps: readonly {
    readonly atMs: number;
    readonly node: number;
    readonly do: Do;
    readonly forMs: number;
  }[];
}

const weighted = (weight: number, ...kinds: Do[]) => ({
  weight,
  arbitrary: fc.constantFrom(...kinds),
});

/** Clocks are off by up to 9 %, which the terms allow. */
export const strictScenarios: fc.Arbitrary<StrictScenario> = fc.record({
  seed: fc.nat(),
  slowness: fc.constantFrom(0, 0.02, 0.1),
  nodes: fc.array(
    fc.record({
      leaseMs: fc.constantFrom(500, 1000, 1500),
      rate: fc.constantFrom(0.91, 1, 1, 1.09),
    }),
    { minLength: NAMES.length, maxLength: NAMES.length },
  ),
  steps: fc.array(
    fc.record({
      atMs: fc.nat(LAST_STEP_MS),
      node: fc.nat(NAMES.length - 1),
      do: fc.oneof(
        weighted(10, 'revoke'),
        weighted(2, 'write'),
        weighted(3, 'stop', 'suspend', 'cut', 'dark'),
        weighted(5, 'island'),
        weighted(2, 'slow-leases', 'slow-polls', 'crash', 'leave', 'fail-over', 'step-wall'),
      ),
      forMs: fc.constantFrom(50, 300, 700, 1200, 2500),
    }),
    { minLength: 4, maxLength: 40, size: 'max' },
  ),
});

/** Schedules that chance finds too rarely: node 1 holds, node 0 revokes. L is 1,500 ms. */
export const STRICT_SCHEDULES: Partial<Record<StrictMutation, StrictScenario>> = {
  // The poll that follows the third lease is answered late, and nothing reaches the holder after it.
  'right-from-answer': scheduleOf(
    [1100, 1, 'slow-polls', 200],
    [1300, 1, 'island', 3000],
    [1310, 0, 'revoke', 0],
  ),
  // The registration is answered late, so the read is late. The first revoker waits and takes the
  // row away, the second finds none.
  'right-from-read': scheduleOf(
    [0, 1, 'slow-leases', 500],
    [0, 1, 'cut', 5000],
    [100, 0, 'revoke', 0],
    [800, 1, 'dark', 3000],
    [1700, 0, 'revoke', 0],
  ),
  'leaver-serves-on': scheduleOf(
    [1890, 1, 'island', 3000],
    [1900, 1, 'leave', 2500],
    [1950, 0, 'revoke', 0],
  ),
};

export function scheduleOf(...steps: (readonly [number, number, Do, number])[]): StrictScenario {
  return {
    seed: 1,
    slowness: 0,
    nodes: NAMES.map(() => ({ leaseMs: 1500, rate: 1 })),
    steps: steps.map(([atMs, node, what, forMs]) => ({ atMs, node, do: what, forMs })),
  };
}

/**
 * A database, four nodes and everything that may go wrong between them, in real time as nobody of
 * them sees it. The oracle is invariant C: no read invoked after a `revoke` returned yields less.
 */
export class StrictWorld {
  readonly mutation: StrictMutation | undefined;
  readonly random: SeededRandom;
  readonly log: InMemoryVersionLog;
  readonly nodes: StrictNode[] = [];
  /** The newest version whose revocation has returned. */
  revokedThrough = 0;
  /** Revocations under way. */
  revoking = 0;
  readonly seen = { hits: 0, loads: 0 };
  /** Of those that have returned, from the call to the return. */
  readonly revocationsMs: number[] = [];
  readonly #clock = new SimulatedClock(0);
  readonly #scenario: StrictScenario;
  readonly #cutUntilMs = new Map<string, number>();
  readonly #darkUntilMs = new Map<string, number>();
  readonly #slowUntilMs = new Map<string, number>();
  #lives = 0;

  constructor(scenario: StrictScenario, mutation?: StrictMutation) {
    this.mutation = mutation;
    this.#scenario = scenario;
    this.random = new SeededRandom(scenario.seed);
    const digit = () => Math.floor(this.random.next() * 16).toString(16);
    this.log = new InMemoryVersionLog((digits) => Array.from({ length: digits }, digit).join(''));
    this.log.ensureScopes([SCOPE]);
    for (const at of NAMES.keys()) this.#start(at);
  }

  get nowMs(): number {
    return this.#clock.monotonicMs();
  }

  run(): this {
    for (const step of this.#scenario.steps)
      this.#clock.scheduleAt(step.atMs, () => this.#take(step));
    this.#clock.advance(END_MS);
    return this;
  }

  after(delayMs: number, work: () => void): void {
    this.#clock.schedule(delayMs, work);
  }

  head(): number {
    const positions = new Map([[SCOPE, undefined]]);
    return this.log.read({ positions, rowsMax: 1 }).readings[0]?.head.version ?? 0;
  }

  /**
   * A call of the database: given up after a while by the caller, which does not undo it.
   */
  call<T>(
    node: StrictNode,
    what: 'polls' | 'leases' | 'data',
    operation: () => T,
    then: (value: T) => void = () => {},
    failed: () => void = () => {},
  ): void {
    let open = true;
    const settle = (how: () => void) => () =>
      node.run(() => {
        if (!open) return;
        open = false;
        how();
      });
    this.after(CALL_MS, settle(failed));
    if (this.nowMs < (this.#darkUntilMs.get(originId(node.origin)) ?? 0)) return;
    const isSlow =
      this.nowMs < (this.#slowUntilMs.get(`slow-${what} ${originId(node.origin)}`) ?? 0);
    this.after(this.#latencyMs(), () => {
      const value = operation();
      this.after(
        isSlow ? SLOW_ANSWER_MS : this.#latencyMs(),
        settle(() => then(value)),
      );
    });
  }

  readLeases(): LeaseTable {
    const table = this.log.leases.read();
    if (this.mutation !== 'own-lease-only') return table;
    return { ...table, leaseMsMax: Math.min(...table.rows.map(({ leaseMs }) => leaseMs), 500) };
  }

  removeLeases(rows: readonly LeaseRow[]): void {
    if (this.mutation === 'sweep-renewed') this.log.leases.lose(rows);
    else this.log.leases.remove(rows);
  }

  /** Its row goes, whatever it does. */
  forget(holder: Origin): void {
    const { leases } = this.log;
    leases.lose(leases.read().rows.filter((row) => sameOrigin(row.holder, holder)));
  }

  gossip(from: StrictNode, announcements: readonly Announcement[]): void {
    for (const node of this.nodes)
      if (node !== from && this.random.chance(0.7))
        this.#message(from, node, () => node.gossip(announcements));
  }

  /** @param then `undefined` where no answer came in time */
  ask(
    from: StrictNode,
    holder: Origin,
    announcements: readonly Announcement[],
    timeoutMs: number,
    then: (log: LogLife | undefined) => void,
  ): void {
    const node = this.nodes.find(({ origin }) => sameOrigin(origin, holder));
    let open = true;
    const settle = (log: LogLife | undefined) =>
      from.run(() => {
        if (open) then(log);
        open = false;
      });
    this.after(timeoutMs, () => settle(undefined));
    if (node === undefined) return;
    this.#message(from, node, () => {
      const log = node.acknowledge(announcements);
      this.#message(node, from, () => settle(log));
    });
  }

  /** A revocation that was called at `sinceMs` returns. */
  revoked(version: number, sinceMs: number): void {
    this.revocationsMs.push(this.nowMs - sinceMs);
    this.revokedThrough = Math.max(this.revokedThrough, version);
  }

  served(invokedThrough: number, version: number, from: 'hits' | 'loads'): void {
    this.seen[from]++;
    expect(version, `the version served from ${from}`).toBeGreaterThanOrEqual(invokedThrough);
  }

  #start(at: number): void {
    const { leaseMs = 1000, rate = 1 } = this.#scenario.nodes[at] ?? {};
    this.nodes[at] = new StrictNode(this, NAMES[at] as NodeName, ++this.#lives, leaseMs, rate);
  }

  #take({ node: at, do: what, forMs }: StrictScenario['steps'][number]): void {
    const node = this.nodes[at];
    if (node === undefined) return;
    const untilMs = this.nowMs + forMs;
    switch (what) {
      case 'revoke':
      case 'write':
        node.run(() => node[what]());
        break;
      case 'stop':
      case 'suspend':
        node.pause(forMs, what === 'suspend');
        break;
      case 'cut':
      case 'dark':
      case 'island':
        if (what !== 'dark') this.#cutUntilMs.set(originId(node.origin), untilMs);
        if (what !== 'cut') this.#darkUntilMs.set(originId(node.origin), untilMs);
        if (this.mutation === 'clean-up') this.forget(node.origin);
        break;
      case 'slow-leases':
      case 'slow-polls':
        this.#slowUntilMs.set(`${what} ${originId(node.origin)}`, untilMs);
        break;
      case 'crash':
      case 'leave':
        if (what === 'crash') node.crash();
        else node.run(() => node.leave());
        this.after(forMs, () => {
          node.crash();
          this.#start(at);
        });
        break;
      case 'fail-over':
        this.log.leases.lose(this.log.leases.read().rows);
        this.log.restart();
        break;
      case 'step-wall':
        node.stepWall(this.random.chance(0.5) ? forMs : -forMs);
        break;
    }
  }

  #message(from: StrictNode, to: StrictNode, work: () => void): void {
    const cut = (node: StrictNode) =>
      this.nowMs < (this.#cutUntilMs.get(originId(node.origin)) ?? 0);
    if (cut(from) || cut(to)) return;
    this.after(this.#latencyMs(), () => to.run(work));
  }

  #latencyMs(): number {
    const { slowness } = this.#scenario;
    return this.random.chance(slowness)
      ? this.random.between(20, 900)
      : this.random.between(0.2, 3);
  }
}
