import {
  type LeaseInput,
  LeaseMachine,
  LeaseWatch,
  type LogLife,
  Readiness,
  Revocation,
  type RevocationEffect,
  type RevocationInput,
  type UnreadyReason,
} from '@hearsay/protocol';
import type {
  Announcement,
  LeaseRow,
  Origin,
  Scope,
  ScopeFreshness,
  ServingRight,
} from '@hearsay/spi';
import { decodeRevoke, encodeRevoke, type PlacedAnnouncement } from '@hearsay/wire';
import type { Mutation } from '../mutations.ts';
import type { SimulatedDatabase } from '../world/database.ts';
import type { Dice } from '../world/dice.ts';
import type { DomainScope } from '../world/domain.ts';
import type { Asking } from './asking.ts';
import type { FreshnessDriver } from './freshness-driver.ts';
import type { Process } from './process.ts';

export interface StrictHost {
  readonly self: Origin;
  readonly place: number;
  readonly process: Process;
  readonly database: SimulatedDatabase;
  readonly freshness: FreshnessDriver;
  readonly asking: Asking;
  readonly mutation: Mutation | undefined;
  /** Drops what a revoker names. */
  revoked(announcements: readonly Announcement[]): void;
}

const TOPIC = 'hearsay.revoke';

/** Holds leases and revokes, as `@hearsay/embed` does (rules S1 to S5). */
export class StrictScopes {
  readonly counters = { leases: 0, revocations: 0, waitedOut: 0 };
  readonly #machine: LeaseMachine;
  readonly #readiness = new Readiness();
  readonly #host: StrictHost;
  readonly #dice: Dice;
  readonly #watch = new LeaseWatch();
  #log: LogLife | undefined;
  #timer = 0;

  constructor(host: StrictHost, dice: Dice) {
    this.#host = host;
    this.#dice = dice;
    this.#machine = new LeaseMachine(host.self);
    host.asking.answer(TOPIC, (question, answer) => answer(this.#questioned(question)));
  }

  /** What a cache of this scope asks, where it promises more than a TTL. */
  use({ name, strict, boundMs }: DomainScope): ScopeFreshness {
    const { freshness } = this.#host;
    if (strict && boundMs > 0) this.#readiness.strict(name, boundMs);
    else this.#readiness.bounded(name, boundMs);
    if (!strict) return freshness.use(name, boundMs);
    return { ...freshness.use(name), right: this.#rightOf(name, boundMs) };
  }

  /** Why this process should get no more traffic than it has; nothing when it is ready. */
  unready(): readonly UnreadyReason[] {
    if (this.#host.mutation?.alwaysReady) return [];
    const nowMs = this.#nowMs();
    const { machine } = this.#host.freshness;
    return this.#readiness.judge({
      nowMs,
      freshForMs: (scope) => nowMs - machine.freshAsOfMs(scope),
      behind: (scope) => machine.behind(scope),
      rightForMs: (scope) => {
        const right = this.#machine.right(scope);
        return right?.holds(nowMs, this.#wallMs()) ? right.leftMs(nowMs) : 0;
      },
    });
  }

  pollSent(): void {
    this.#readiness.polled(this.#nowMs());
  }

  /** Before anything is proven by the answer; with nothing when the poll failed. */
  pollEnded(log: LogLife | undefined): void {
    this.#readiness.pollEnded(log !== undefined);
    if (!log) return;
    this.#log = { logId: log.logId, incarnation: log.incarnation };
    this.#watch.observe(this.#log, this.#nowMs());
    this.#handle({ kind: 'log-read', log: this.#log });
  }

  proved(scope: Scope, freshAsOfMs: number): void {
    this.#handle({ kind: 'proved', scope, freshAsOfMs });
  }

  /** Commits that were applied here are gone. */
  doubt(): void {
    if (this.#host.mutation?.hidesLife) return;
    this.#watch.doubt(this.#nowMs());
  }

  /** No right holds any more, then the row goes (rule S5). */
  stop(): void {
    this.#handle({ kind: 'stop' });
  }

  /** The commit is acknowledged, and dropped here. @param done when nobody serves what it revoked */
  revoke(announcements: readonly Announcement[], done: () => void): void {
    const placed = announcements.filter((one) => one.place) as readonly PlacedAnnouncement[];
    const logId = placed[0]?.place.logId;
    if (logId === undefined) return;
    this.counters.revocations += 1;
    const options = { self: this.#host.self, logId, committedMs: this.#nowMs(), asks: true };
    const revocation = new Revocation(options, this.#watch);
    const perform = (effects: readonly RevocationEffect[]) => {
      for (const effect of effects) this.#revoking(effect, placed, handle, done);
    };
    const isOver = () => revocation.state === 'ended';
    let timer = 0;
    const handle = (input: RevocationInput) => {
      if (!this.#host.process.isAlive || isOver()) return;
      perform(revocation.handle(input, this.#nowMs()));
      if (isOver()) return;
      const armed = ++timer;
      this.#host.process.after(Math.max(1, revocation.nextDueMs() - this.#nowMs()), () => {
        if (armed === timer) handle({ kind: 'tick' });
      });
    };
    perform(revocation.start());
    if (this.#host.mutation?.revokesAtOnce) done();
  }

  #rightOf(scope: Scope, leaseMs: number): ServingRight {
    const { freshness, mutation } = this.#host;
    if (leaseMs > 0) {
      this.#watch.remember(leaseMs);
      this.#handle({ kind: 'use-scope', scope, leaseMs });
    }
    const right = leaseMs > 0 ? this.#machine.right(scope) : undefined;
    return {
      holds: (nowMs) =>
        mutation?.neverExpires === true || right?.holds(nowMs, this.#wallMs()) === true,
      prove: () =>
        mutation?.joinsAnyPoll && Number.isFinite(freshness.machine.freshAsOfMs(scope))
          ? Promise.resolve(true)
          : freshness.proveAnew(scope),
    };
  }

  #revoking(
    effect: RevocationEffect,
    placed: readonly PlacedAnnouncement[],
    handle: (input: RevocationInput) => void,
    done: () => void,
  ): void {
    const { database, place, process } = this.#host;
    switch (effect.kind) {
      case 'read-table':
        database.ask(
          place,
          process,
          () => database.leases.read(),
          (table) => handle({ kind: 'table-read', table }),
          () => handle({ kind: 'table-failed' }),
        );
        break;
      case 'ask':
        this.#ask(effect.holder, effect.timeoutMs, placed, handle);
        break;
      case 'done':
        if (effect.outcome.waitedOut.length > 0) this.counters.waitedOut += 1;
        done();
        break;
      case 'remove-leases':
        this.#remove(effect.rows);
    }
  }

  #ask(
    holder: Origin,
    timeoutMs: number,
    announcements: readonly PlacedAnnouncement[],
    handle: (input: RevocationInput) => void,
  ): void {
    const logId = announcements[0]?.place.logId;
    if (logId === undefined) return;
    const question = encodeRevoke({ kind: 'revoke', logId, announcements });
    this.#host.asking.ask(holder, TOPIC, question, timeoutMs, (bytes) => {
      const answer = bytes && decodeRevoke(bytes);
      if (answer?.kind !== 'revoked') handle({ kind: 'ask-failed', holder });
      else handle({ kind: 'acknowledged', holder, log: answer });
    });
  }

  #questioned(bytes: Uint8Array): Uint8Array | undefined {
    const question = decodeRevoke(bytes);
    if (question.kind !== 'revoke') return undefined;
    if (!this.#host.mutation?.acknowledgesOnly) this.#host.revoked(question.announcements);
    if (!this.#log) return undefined;
    const appendIds = question.announcements.map(({ place }) => place.appendId);
    return encodeRevoke({ kind: 'revoked', ...this.#log, appendIds });
  }

  #handle(input: LeaseInput): void {
    if (!this.#host.process.isAlive) return;
    for (const effect of this.#machine.handle(input, this.#nowMs())) {
      if (effect.kind === 'demand') this.#host.freshness.handle(effect);
      else if (effect.kind === 'commit-lease') this.#commit(effect.row);
      else this.#remove(effect.rows);
    }
    this.#arm();
  }

  #commit(row: LeaseRow): void {
    const { database, place, process, freshness, mutation } = this.#host;
    const { leaseSeq } = row;
    database.ask(
      place,
      process,
      () => database.commitLease(row),
      () => {
        this.counters.leases += 1;
        const readableFromMs = mutation?.readsBeforeLease
          ? Number.NEGATIVE_INFINITY
          : freshness.machine.unsentSinceMs(this.#nowMs());
        this.#handle({ kind: 'lease-committed', leaseSeq, readableFromMs });
      },
      () => this.#handle({ kind: 'lease-failed', leaseSeq }),
    );
  }

  #remove(rows: readonly LeaseRow[]): void {
    const { database, place, process, mutation } = this.#host;
    const { leases } = database;
    const remove = () => (mutation?.removesRenewed ? leases.lose(rows) : leases.remove(rows));
    const nothing = () => {};
    database.ask(place, process, remove, nothing, nothing);
  }

  #arm(): void {
    const dueMs = this.#machine.nextDueMs();
    const timer = ++this.#timer;
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const { process } = this.#host;
    process.after(Math.max(1, dueMs - this.#nowMs()), () => {
      if (timer !== this.#timer) return;
      this.#handle({ kind: 'tick', wallMs: this.#wallMs(), random: this.#dice.next() });
    });
  }

  #wallMs(): number {
    const { clock } = this.#host.process;
    return this.#host.mutation?.ignoresWall ? clock.monotonicMs() : clock.wallMs();
  }

  #nowMs(): number {
    return this.#host.process.clock.monotonicMs();
  }
}
