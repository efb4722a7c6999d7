import { StaleRefusedError, StrictRefusedError } from '@hearsay/cache';
import type { Announcement } from '@hearsay/spi';
import type { Read } from '../oracle/reads.ts';
import type { Change, Committed, Loaded } from '../world/database.ts';
import type { Dice } from '../world/dice.ts';
import type { World } from '../world/world.ts';
import type { SimulatedNode } from './node.ts';
import { isExpected, LoadFailedError, Reader } from './reader.ts';
import { asHints, type Receipt, receiptsOf, Writer } from './writer.ts';

const REVOKE_SHARE = 0.3;
/** They fit one question; a flood is not revoked. */
const REVOKED_CHANGES_MAX = 2;
/** A stopped process is the exception of H. */
const THAWED_MS = 5_000;

/** The service that lives in a process: it reads through the caches, and writes to the database. */
export class Service {
  /** COMMIT is not answered (a fault). */
  unanswered = 0;
  readonly #node: SimulatedNode;
  readonly #world: World;
  readonly #dice: Dice;
  readonly #reader: Reader;
  readonly #writer: Writer;
  #loadFailedMs = Number.NEGATIVE_INFINITY;
  #floods = 0;

  constructor(node: SimulatedNode, world: World, dice: Dice) {
    this.#node = node;
    this.#world = world;
    this.#dice = dice;
    const { domain, database } = world;
    this.#writer = new Writer(domain, database.truth, dice);
    this.#reader = new Reader(this.#asReaderHost(), dice);
    this.#goOn();
  }

  /** A transaction, and what follows once its outcome is known. */
  write(changes: readonly Change[] = this.#writer.transaction()): void {
    const { database, domain } = this.#world;
    const { place, process, follows } = this.#node;
    const revokes =
      follows && changes.length <= REVOKED_CHANGES_MAX && this.#dice.chance(REVOKE_SHARE);
    let committed: Committed | undefined;
    let receipts: Receipt[] = [];
    const commit = () => {
      committed = this.commit(changes);
      if (follows)
        receipts = receiptsOf(domain, committed.commit, ({ name }) =>
          database.log.positionOf(name),
        );
      return committed;
    };
    const failed = () => this.#outcomeUnknown(changes, committed);
    const answered = (known: Committed) => {
      if (this.unanswered > 0) {
        failed();
        return;
      }
      this.#node.announce(known, known.announcements);
      if (revokes) this.#revoke(known);
      for (const receipt of receipts) this.#world.wrote(receipt);
    };
    database.ask(place, process, commit, answered, failed);
  }

  /** In the database, now; nobody has been told. */
  commit(changes: readonly Change[] = this.#writer.transaction()): Committed {
    const committed = this.#world.database.commit(changes, this.#node.follows);
    this.#world.committed(committed);
    return committed;
  }

  /** @param count invalidations, more than a journal, a queue or a ring holds */
  flood(count: number): void {
    this.write(this.#writer.flood(count, `${this.#node.identity.serial}-${++this.#floods}`));
  }

  /** From when it is done nobody may read what the commit ended (invariant C). */
  #revoke({ commit, announcements }: Committed): void {
    this.#node.strict.revoke(announcements, () => {
      commit.revokedTurn = Math.min(commit.revokedTurn, this.#world.agenda.turn);
    });
  }

  /** The connection broke during COMMIT: hints drop what it may have changed, everywhere (rule L2). */
  #outcomeUnknown(changes: readonly Change[], committed: Committed | undefined): void {
    if (committed) {
      for (const erasure of committed.commit.erasures) erasure.hinted = true;
      this.#node.announce(committed, asHints(committed.announcements));
      return;
    }
    const { scopes } = this.#world.domain;
    const hints = changes.flatMap(({ scope, target }): Announcement[] => {
      const name = scopes[scope]?.name;
      return name ? [{ scope: name, target }] : [];
    });
    for (const hint of hints) this.#world.oracle.departures.issued(hint);
    this.#node.announce(undefined, hints);
  }

  /** Reads and writes at random times, as many as the profile says. */
  #goOn(): void {
    const { plan, phase, agenda, woke } = this.#world;
    const { readsPerSecond, writesPerSecond } = plan.profile;
    const perMs = (readsPerSecond + writesPerSecond / plan.nodes) / 1_000;
    const reads = readsPerSecond / 1_000 / perMs;
    this.#node.process.after(this.#dice.between(0, 2 / perMs), () => {
      this.#goOn();
      if (phase() === 'rest') return;
      if (!this.#dice.chance(reads)) this.write();
      else {
        this.#reader.read(agenda.nowMs - this.#node.startedMs);
        woke();
      }
    });
  }

  #asReaderHost(): ConstructorParameters<typeof Reader>[0] {
    const { agenda, domain, mutation, oracle, measures, recentWrite } = this.#world;
    const node = this.#node;
    return {
      domain,
      mutation,
      follows: node.follows,
      cache: (scope) => node.caches.open(scope),
      load: (scope, key, source) => this.#load(scope, key, source),
      invoke: (scope, key) => this.#invoke(scope, key),
      served: (read, value, hit) => {
        if (node.process.isAlive) oracle.reads.served(read, value, hit);
      },
      late: ({ scope, key }) => oracle.accuse('D', node.name, `${scope}/${key} came late`),
      refused: (error) => {
        measures.refused += 1;
        this.#judgeReadiness(error);
        if (!isExpected(error)) oracle.accuse('J', node.name, `a read failed: ${error}`);
      },
      waived: ({ scope, invokedMs }) =>
        domain.scopes[scope]?.onDark === 'stale' && this.#loadFailedMs >= invokedMs,
      nowMs: () => agenda.nowMs,
      recentWrite: () => recentWrite(this.#dice),
      tagsOf: (scope, key, value) => {
        if (!domain.scopes[scope]?.valueTags) return domain.tagsOf(key);
        return value === undefined ? [] : domain.valueTagsOf(value);
      },
    };
  }

  /** H: who refuses a read says that it is not ready, unless it stood still just now. */
  #judgeReadiness(error: unknown): void {
    if (!(error instanceof StaleRefusedError || error instanceof StrictRefusedError)) return;
    const { agenda, oracle } = this.#world;
    const { strict, thawedMs, name } = this.#node;
    if (strict.unready().length > 0 || agenda.nowMs - thawedMs < THAWED_MS) return;
    oracle.accuse('H', name, `is ready and refuses: ${error.message}`);
  }

  #invoke(scope: number, key: number): Read {
    const { nowMs, turn } = this.#world.agenda;
    const { knowsTime } = this.#node;
    return { node: this.#node, scope, key, invokedMs: nowMs, turn, knowsTime };
  }

  /**
   * From the replica, where there is one, for scopes without a bound: how old a value is that was read
   * at a known version, nobody can say. See README.
   */
  #load(scope: number, key: number, source: 'any' | 'primary'): Promise<Loaded> {
    const { promise, resolve, reject } = Promise.withResolvers<Loaded>();
    const { agenda, database, plan, woke } = this.#world;
    const { logging, scopes } = plan.profile;
    const mayLag = source === 'any' && scopes[scope]?.boundMs === Number.POSITIVE_INFINITY;
    const read = () =>
      mayLag && logging === 'all' && database.replicaLagMs > 0
        ? database.loadFromReplica(scope, key)
        : database.load(scope, key);
    const failed = () => {
      this.#loadFailedMs = agenda.nowMs;
      reject(new LoadFailedError('the database did not answer'));
      woke();
    };
    const answered = (loaded: Loaded) => {
      resolve(loaded);
      woke();
    };
    database.ask(this.#node.place, this.#node.process, read, answered, failed);
    return promise;
  }
}
