import {
  type Announcement,
  type Epoch,
  invalidationOf,
  type LeaseRow,
  type LeaseTable,
  type LogId,
  type NodeName,
  type Origin,
} from '@hearsay/spi';
import type { FreshnessEffect } from '../../src/freshness/effect.js';
import { FreshnessMachine } from '../../src/freshness/freshness-machine.js';
import type { FreshnessInput } from '../../src/freshness/input.js';
import { type LeaseInput, LeaseMachine, type LogLife } from '../../src/freshness/lease-machine.js';
import {
  Revocation,
  type RevocationEffect,
  type RevocationInput,
} from '../../src/freshness/lease-revocation.js';
import { LEASE_TERMS, type LeaseTerms } from '../../src/freshness/lease-terms.js';
import { type LeaseVerdict, LeaseWatch } from '../../src/freshness/lease-watch.js';
import { SCOPE } from './model-log.js';
import { StrictReads } from './strict-reads.js';
import type { StrictMutation, StrictWorld } from './strict-world.js';

const TICK_MS = 15;
const READ_MS = 11;
/** How long before its commit a revoker reads that reads too early. */
const EARLY_MS = 100;

/** An append that was committed. */
interface Committed {
  readonly calledMs: number;
  readonly version: number;
  readonly logId: LogId;
  readonly announcements: readonly Announcement[];
}

/** What a revocation is about. */
interface Revoked extends Committed {
  /** Of a revoker that reads the table before its commit. */
  readonly table: LeaseTable | undefined;
}

/** One process: the production machines over a cache of one key, with clocks and pauses of its own. */
export class StrictNode {
  readonly origin: Origin;
  readonly machine: LeaseMachine;
  readonly freshness = new FreshnessMachine({ logged: true });
  readonly watch: LeaseWatch;
  readonly #world: StrictWorld;
  readonly #reads: StrictReads;
  readonly #leaseMs: number;
  readonly #rate: number;
  readonly #terms: LeaseTerms;
  readonly #revocations = new Map<Revocation, Revoked>();
  #backlog: (() => void)[] = [];
  #pausedUntilMs = 0;
  #suspendedMs = 0;
  #wallStepMs = 0;
  #alive = true;
  #log: LogLife | undefined;

  constructor(world: StrictWorld, name: string, epoch: number, leaseMs: number, rate: number) {
    this.#world = world;
    this.#reads = new StrictReads(world, this);
    this.#leaseMs = leaseMs;
    this.#rate = rate;
    this.#terms = termsOf(world.mutation);
    const digits = epoch.toString(16).padStart(16, '0');
    this.origin = { node: name as NodeName, epoch: digits as Epoch };
    this.machine = new LeaseMachine(this.origin, this.#terms);
    const trusts = world.mutation === 'trust-any-life';
    this.watch = trusts ? new TrustingWatch(this.#terms) : new LeaseWatch(this.#terms);
    this.watch.remember(leaseMs);
    this.#fresh({ kind: 'use-scope', scope: SCOPE });
    this.#lease({ kind: 'use-scope', scope: SCOPE, leaseMs });
    this.#every(TICK_MS, () => this.#tick());
    this.#every(READ_MS, () => this.read());
  }

  get alive(): boolean {
    return this.#alive;
  }

  monotonicMs(): number {
    return (this.#world.nowMs - this.#suspendedMs) * this.#rate;
  }

  wallMs(): number {
    return 1e9 + this.#wallStepMs + this.#world.nowMs * this.#rate;
  }

  /** Runs now, or, while this process stands still, when it goes on. */
  run(work: () => void): void {
    if (!this.#alive) return;
    if (this.#world.nowMs < this.#pausedUntilMs) this.#backlog.push(work);
    else work();
  }

  /** SIGSTOP, or with `suspend` the whole machine: its monotonic clock stands still too. */
  pause(forMs: number, suspend: boolean): void {
    if (this.#world.nowMs < this.#pausedUntilMs) return;
    this.#pausedUntilMs = this.#world.nowMs + forMs;
    if (suspend) this.#suspendedMs += forMs;
    this.#world.after(forMs, () => {
      const backlog = this.#backlog;
      this.#backlog = [];
      // What a process does first when it goes on is anybody's guess; a read is the worst.
      this.read();
      for (const work of backlog) this.run(work);
    });
  }

  stepWall(byMs: number): void {
    this.#wallStepMs += byMs;
  }

  crash(): void {
    this.#alive = false;
  }

  /** Stops serving, then takes its row away (rule S5). */
  leave(): void {
    if (this.#world.mutation === 'leaver-serves-on') this.#world.forget(this.origin);
    else this.#lease({ kind: 'stop' });
  }

  read(): void {
    if (!this.#alive || this.machine.state === 'stopped') return;
    const now = this.monotonicMs();
    if (this.machine.right(SCOPE)?.holds(now, this.wallMs())) {
      this.#reads.read(undefined);
      return;
    }
    const joins = this.#world.mutation === 'join-a-sent-poll';
    const sinceMs = joins ? now - 20 : this.freshness.unsentSinceMs(now);
    this.#reads.read(sinceMs);
    this.#fresh({ kind: 'demand', scope: SCOPE, sinceMs });
  }

  write(): void {
    this.#append(() => {});
  }

  revoke(): void {
    const { mutation } = this.#world;
    if (mutation === 'nothing-left-to-revoke' && this.#world.revoking > 0) {
      this.#world.revoked(this.#world.head(), this.#world.nowMs);
      return;
    }
    const early = mutation === 'table-before-commit';
    const table = early ? this.#world.readLeases() : undefined;
    this.#world.revoking++;
    const append = () => this.#append((committed) => this.#begin({ ...committed, table }));
    if (early) this.#world.after(EARLY_MS, () => this.run(append));
    else append();
  }

  /** A question of a revoker. @returns what an acknowledgement names */
  acknowledge(announcements: readonly Announcement[]): LogLife | undefined {
    if (this.#world.mutation !== 'acknowledge-before-drop')
      this.#fresh({ kind: 'revoked', announcements });
    return this.#log;
  }

  gossip(announcements: readonly Announcement[]): void {
    this.#fresh({ kind: 'gossip', announcements });
  }

  #begin(revoked: Revoked): void {
    const { logId } = revoked;
    const options = { self: this.origin, logId, committedMs: this.#revokerMs(), asks: true };
    const revocation = new Revocation(options, this.watch, this.#terms);
    this.#revocations.set(revocation, revoked);
    this.#perform(revocation, revocation.start());
  }

  #append(then: (committed: Committed) => void): void {
    const calledMs = this.#world.nowMs;
    const invalidations = [invalidationOf(SCOPE, { key: 'x' })];
    const committed = (answer: ReturnType<StrictWorld['log']['append']>) => {
      const { announcements, positions } = answer;
      this.#fresh({ kind: 'committed', announcements });
      this.#world.gossip(this, announcements);
      for (const { version, logId } of positions) then({ calledMs, version, logId, announcements });
    };
    const append = () => this.#world.log.append(invalidations, this.origin);
    this.#world.call(this, 'data', append, committed);
  }

  #tick(): void {
    const tick = {
      kind: 'tick',
      wallMs: this.wallMs(),
      random: this.#world.random.next(),
    } as const;
    this.#lease(tick);
    this.#fresh(tick);
    for (const revocation of this.#revocations.keys()) this.#advance(revocation, { kind: 'tick' });
  }

  /** The clock by which a revoker waits. */
  #revokerMs(): number {
    return this.#world.mutation === 'wall-clock' ? this.wallMs() : this.monotonicMs();
  }

  #advance(revocation: Revocation, input: RevocationInput): void {
    this.#perform(revocation, revocation.handle(input, this.#revokerMs()));
  }

  #perform(revocation: Revocation, effects: readonly RevocationEffect[]): void {
    const world = this.#world;
    const revoked = this.#revocations.get(revocation);
    if (revoked === undefined) return;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'read-table':
          world.call(
            this,
            'leases',
            () => revoked.table ?? world.readLeases(),
            (table) => this.#advance(revocation, { kind: 'table-read', table }),
            () => this.#advance(revocation, { kind: 'table-failed' }),
          );
          break;
        case 'ask': {
          const { holder } = effect;
          world.ask(this, holder, revoked.announcements, effect.timeoutMs, (log) => {
            if (log === undefined) this.#advance(revocation, { kind: 'ask-failed', holder });
            else this.#advance(revocation, { kind: 'acknowledged', holder, log });
          });
          break;
        }
        case 'done':
          world.revoking--;
          world.revoked(revoked.version, revoked.calledMs);
          break;
        case 'remove-leases':
          this.#remove(effect.rows);
          break;
      }
    }
    if (revocation.state === 'ended') this.#revocations.delete(revocation);
  }

  #remove(rows: readonly LeaseRow[]): void {
    this.#world.call(this, 'leases', () => this.#world.removeLeases(rows));
  }

  #lease(input: LeaseInput): void {
    for (const effect of this.machine.handle(input, this.monotonicMs())) {
      if (effect.kind === 'demand') this.#fresh(effect);
      if (effect.kind === 'remove-leases') this.#remove(effect.rows);
      if (effect.kind !== 'commit-lease') continue;
      const { leaseSeq } = effect.row;
      this.#world.call(
        this,
        'leases',
        () => this.#world.log.leases.commit(effect.row),
        () => {
          const early = this.#world.mutation === 'read-before-commit';
          const now = this.monotonicMs();
          const readableFromMs = early ? -Infinity : this.freshness.unsentSinceMs(now);
          this.#lease({ kind: 'lease-committed', leaseSeq, readableFromMs });
        },
        () => this.#lease({ kind: 'lease-failed', leaseSeq }),
      );
    }
  }

  #fresh(input: FreshnessInput): void {
    for (const effect of this.freshness.handle(input, this.monotonicMs())) this.#take(effect);
  }

  #take(effect: FreshnessEffect): void {
    switch (effect.kind) {
      case 'poll':
        this.#world.call(
          this,
          'polls',
          () => this.#world.log.read(effect.request),
          (answer) => {
            this.#log = answer;
            this.watch.observe(answer, this.monotonicMs());
            this.#lease({ kind: 'log-read', log: answer });
            this.#fresh({ kind: 'poll-answer', pollId: effect.pollId, answer });
          },
          () => this.#fresh({ kind: 'poll-failed', pollId: effect.pollId }),
        );
        break;
      case 'apply':
      case 'reset':
        this.#reads.drop();
        break;
      case 'proved':
        this.#lease({ kind: 'proved', scope: SCOPE, freshAsOfMs: effect.freshAsOfMs });
        if (this.#world.mutation === 'right-from-answer') this.#grantAnew();
        if (this.#world.mutation === 'right-from-read') this.#grantAnew(effect.freshAsOfMs);
        this.#reads.proved(effect.freshAsOfMs);
        break;
      case 'unproved':
        this.#reads.unproved(effect.sinceMs);
        break;
      case 'advanced':
      case 'ask-counters':
      case 'gap-closed':
      case 'log-reachable':
      case 'tell-counters':
      case 'tell-nothing':
        break;
    }
  }

  /** What a machine would do that counts its rights from another moment. */
  #grantAnew(fromMs = this.monotonicMs()): void {
    const right = this.machine.right(SCOPE);
    if (right === undefined || right.leftMs(this.monotonicMs()) <= 0) return;
    const { rightShare, jumpShare } = this.#terms;
    const offsetMs = this.wallMs() - this.monotonicMs();
    right.grant(fromMs + rightShare * this.#leaseMs, offsetMs, jumpShare * this.#leaseMs);
  }

  #every(localMs: number, work: () => void): void {
    this.#world.after(localMs / this.#rate, () => {
      if (!this.#alive) return;
      if (this.#world.nowMs >= this.#pausedUntilMs) work();
      this.#every(localMs, work);
    });
  }
}

class TrustingWatch extends LeaseWatch {
  override judge(table: LeaseTable, nowMs: number): LeaseVerdict {
    return { ...super.judge(table, nowMs), vouched: true };
  }
}

function termsOf(mutation: StrictMutation | undefined): LeaseTerms {
  if (mutation === 'no-margin') return { ...LEASE_TERMS, rightShare: 1, waitShare: 1 };
  // Rights that are moved by reads alone need no early renewal.
  if (mutation === 'right-from-read') return { ...LEASE_TERMS, renewShare: 0.75 };
  if (mutation === 'no-jump-check') return { ...LEASE_TERMS, jumpShare: Number.MAX_VALUE };
  return LEASE_TERMS;
}
