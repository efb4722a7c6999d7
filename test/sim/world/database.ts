import type { Announcement, LeaseRow, PollAnswer, PollRequest, Scope } from '@hearsay/spi';
import { InMemoryLeases } from '@hearsay/testkit';
import type { Process } from '../node/process.ts';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import type { Domain, DomainScope } from './domain.ts';
import { SimulatedLog } from './log.ts';
import { type Commit, type Erasure, Truth } from './truth.ts';

/** One invalidation of a transaction, and the keys that it stands for with the value they get. */
export interface Change {
  readonly scope: number;
  readonly target: Erasure['target'];
  /** Decided inside the transaction. */
  readonly keys: () => readonly number[];
  readonly absent: boolean;
}

export interface Committed {
  readonly commit: Commit;
  /** In the order of the commit's erasures; without places where nothing was logged. */
  readonly announcements: readonly Announcement[];
}

/** What a loader reads. */
export interface Loaded {
  readonly value: number;
  /** Where it may be behind. */
  readonly version: number | undefined;
}

const REQUEST_MS = { min: 0.5, max: 10 };
/** How long a client takes to see that nobody answers. */
const HANG_MS_MAX = 3_000;

/** The service's database: data, the version log beside it, and the way to them. */
export class SimulatedDatabase {
  readonly truth: Truth;
  readonly log: SimulatedLog;
  readonly leases: InMemoryLeases;
  /** Nobody is answered. */
  down = 0;
  /** Polls reach a standby, which is refused (rule L3). */
  standby = 0;
  /** How far the replica that loaders may read is behind at most; 0: there is none. */
  replicaLagMs = 0;
  /** The most that it was behind when it was read; 0: it never was. */
  replicaLaggedMs = 0;
  /** Added to both ways, at most. */
  slowMs = 0;
  /** Whose requests get lost, by place. */
  readonly unreachable = new Map<number, number>();
  /** How many commits were lost so far, by failovers and backups: numbers may have come again. */
  reversions = 0;
  /** By place, until when a request that met trouble is held up. */
  readonly #heldUpMs = new Map<number, number>();
  readonly #domain: Domain;
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  readonly #commits: Commit[] = [];
  readonly #namesLives: boolean;
  readonly #leasedMs = new WeakMap<LeaseRow, number>();
  #replacedMs = Number.NEGATIVE_INFINITY;
  #lastCommit = 0;
  #lastErasure = 0;

  /** @param namesLives whether it says so when it has lost commits (rule S4) */
  constructor(domain: Domain, agenda: Agenda, dice: Dice, namesLives: boolean) {
    this.#domain = domain;
    this.#agenda = agenda;
    this.#namesLives = namesLives;
    this.#dice = dice;
    this.truth = new Truth(domain.scopes.length, domain.keys.length);
    this.log = new SimulatedLog(dice);
    this.leases = new InMemoryLeases(() => this.log.life);
  }

  answers(place: number): boolean {
    return this.down === 0 && (this.unreachable.get(place) ?? 0) === 0;
  }

  /** @returns when the last request of this place that failed, or was slow, is over */
  heldUpMs(place: number): number {
    return this.#heldUpMs.get(place) ?? Number.NEGATIVE_INFINITY;
  }

  /**
   * A request of a process and its answer; between them the database does the work at one moment.
   * @param failed without an answer
   */
  ask<T>(
    place: number,
    process: Process,
    work: () => T,
    answered: (result: T) => void,
    failed: () => void,
  ): void {
    this.#agenda.after(this.#wayMs(place), () => {
      if (!this.answers(place)) {
        const hangMs = this.#dice.chance(0.5) ? 0 : this.#dice.between(0, HANG_MS_MAX);
        this.#holdUp(place, hangMs);
        this.#agenda.after(hangMs, () => process.run(failed));
        return;
      }
      const result = work();
      this.#agenda.after(this.#wayMs(place), () => {
        const isHeard = this.answers(place);
        if (!isHeard) this.#holdUp(place, 0);
        process.run(isHeard ? () => answered(result) : failed);
      });
    });
  }

  /** @throws {Error} a standby answered, and the source refuses it */
  poll(request: PollRequest): PollAnswer | undefined {
    return this.standby > 0 ? undefined : this.log.read(request);
  }

  /** One key as the primary has it now. */
  load(scope: number, key: number): Loaded {
    return { value: this.truth.current(scope, key).value, version: undefined };
  }

  /** One key as the replica has it, with the scope's counter in the same snapshot (rule F5). */
  loadFromReplica(scope: number, key: number): Loaded {
    const lagMs = this.#dice.between(0, this.replicaLagMs);
    this.replicaLaggedMs = Math.max(this.replicaLaggedMs, lagMs);
    // A replica of another database has all that this one began with.
    const atMs = Math.max(this.#agenda.nowMs - lagMs, this.#replacedMs);
    const { name } = this.#domain.scopes[scope] as DomainScope;
    const value = this.truth.valueAt(scope, key, atMs);
    return { value, version: this.log.headAt(name, atMs) };
  }

  /** Commits now. */
  commit(changes: readonly Change[], logged: boolean): Committed {
    const atMs = this.#agenda.nowMs;
    const serial = ++this.#lastCommit;
    const revokedTurn = Number.POSITIVE_INFINITY;
    const lists = { erasures: [], changes: [] };
    const commit: Commit = { serial, atMs, logged, lost: false, revokedTurn, ...lists };
    const announcements = changes.map(({ scope, target, keys, absent }): Announcement => {
      const name = this.#domain.scopes[scope]?.name as Scope;
      const erasure = { serial: ++this.#lastErasure, scope: name, target, commit, hinted: false };
      commit.erasures.push(erasure);
      for (const key of keys()) this.truth.change(scope, key, absent, erasure);
      return logged ? this.log.append(erasure) : { scope: name, target };
    });
    this.#commits.push(commit);
    return { commit, announcements };
  }

  commitLease(row: LeaseRow): void {
    this.leases.commit(row);
    this.#leasedMs.set(row, this.#agenda.nowMs);
  }

  /** The newest commits never happened: a failover lost them, or a backup is older. */
  revert(count: number): number {
    const lost = this.#commits.splice(Math.max(0, this.#commits.length - count));
    for (const commit of lost.toReversed()) {
      this.truth.revert(commit, this.#agenda.nowMs);
      if (commit.logged)
        for (const { scope } of commit.erasures.toReversed()) this.log.forgetLast(scope);
    }
    const sinceMs = lost[0]?.atMs ?? Number.POSITIVE_INFINITY;
    const leases = this.leases.read().rows;
    this.leases.lose(leases.filter((row) => (this.#leasedMs.get(row) ?? 0) >= sinceMs));
    this.reversions += lost.length;
    if (this.#namesLives) this.log.newIncarnation();
    return lost.length;
  }

  /** How many commits there were since then. */
  commitsSince(atMs: number): number {
    return this.#commits.length - this.#commits.findLastIndex((one) => one.atMs <= atMs) - 1;
  }

  /** What was committed before stands in another log, and is not to be taken from this one. */
  replaceLog(): void {
    this.#commits.length = 0;
    this.#replacedMs = this.#agenda.nowMs;
    this.log.replace();
    this.leases.clear();
  }

  #wayMs(place: number): number {
    const { min, max } = REQUEST_MS;
    const ms = this.#dice.between(min, max) + this.#dice.between(0, this.slowMs);
    if (this.slowMs > 0) this.#holdUp(place, ms);
    return ms;
  }

  #holdUp(place: number, ms: number): void {
    this.#heldUpMs.set(place, Math.max(this.heldUpMs(place), this.#agenda.nowMs + ms));
  }
}
