import type { SimulatedDatabase } from '../world/database.ts';
import type { DomainScope } from '../world/domain.ts';
import { ABSENT, type Commit, type Reign } from '../world/truth.ts';
import type { AppliedMarks } from './applied-marks.ts';
import type { Accuse } from './violation.ts';

/** A process, as far as its reads are judged. */
export interface Reading {
  readonly name: string;
  readonly follows: boolean;
  readonly applied: AppliedMarks;
  readonly process: { readonly clock: { trueMs(ms: number): number } };
}

/** One read, as it was when it was invoked (rule F1). */
export interface Read {
  readonly node: Reading;
  readonly scope: number;
  readonly key: number;
  readonly invokedMs: number;
  readonly turn: number;
  /**
   * Whether the process knows its clocks to be right. After its machine was suspended it does not
   * until it compares them: an assumption of rule F3.
   */
  readonly knowsTime: boolean;
  /** The write whose token the read brought. */
  readonly after?: Commit | undefined;
}

/** Times of two clocks are compared through a rate; that rounds. */
const ROUNDING_MS = 0.01;

/** Judges every value that a reader got. */
export class Reads {
  readonly #database: SimulatedDatabase;
  readonly #scopes: readonly DomainScope[];
  readonly #accuse: Accuse;
  /** Per process and scope the value that memory last gave of each key. */
  readonly #last = new Map<Reading, Map<number, Int32Array>>();
  readonly #keys: number;
  /** Reads that were judged: all, and those by which B and C are. */
  readonly judged = { all: 0, bounded: 0, strict: 0 };

  constructor(
    database: SimulatedDatabase,
    scopes: readonly DomainScope[],
    keys: number,
    accuse: Accuse,
  ) {
    this.#database = database;
    this.#scopes = scopes;
    this.#keys = keys;
    this.#accuse = accuse;
  }

  /** @param hit answered from memory */
  served(read: Read, value: number, hit: boolean): void {
    this.judged.all += 1;
    const reign = this.#database.truth.reignOf(read.scope, read.key, value);
    if (!reign) {
      this.#say('J', read, value, 'was never committed');
      return;
    }
    if (read.knowsTime) this.#judgeAge(read, reign);
    this.#judgeApplied(read, reign);
    this.#judgeRevoked(read, reign);
    if (read.after) this.#judgeToken(read, reign, read.after);
    if (hit && value !== ABSENT) this.#judgeOrder(read, reign);
  }

  /** Everything of the scope was dropped; what is served from now on is not compared with before. */
  reset(node: Reading, scope: number): void {
    this.#last.get(node)?.delete(scope);
  }

  forget(node: Reading): void {
    this.#last.delete(node);
  }

  /** B, and for every scope the TTL (F2): the value was the committed one within the bound before. */
  #judgeAge(read: Read, reign: Reign): void {
    const { boundMs, ttlMs } = this.#scopes[read.scope] as DomainScope;
    const { node, invokedMs } = read;
    const ageMs = invokedMs - reign.toMs - ROUNDING_MS;
    if (ageMs > node.process.clock.trueMs(ttlMs) + this.#database.replicaLaggedMs)
      this.#say(
        'F2',
        read,
        reign.value,
        `${ageMs.toFixed(0)} ms after its end; the TTL is ${ttlMs}`,
      );
    if (node.follows && boundMs < ttlMs) this.judged.bounded += 1;
    const isProvable = node.follows && reign.endedBy?.commit.logged !== false;
    if (!isProvable || ageMs <= node.process.clock.trueMs(boundMs)) return;
    if (isLoadedAndLost(read, reign)) return;
    this.#say(
      'B',
      read,
      reign.value,
      `${ageMs.toFixed(0)} ms after its end; the bound is ${boundMs}`,
    );
  }

  /** What is applied here is gone for good: no later read sees what it covers (rules C1, F4). */
  #judgeApplied(read: Read, { endedBy, value }: Reign): void {
    if (!endedBy || read.node.applied.turnOf(endedBy.serial) >= read.turn) return;
    // A replica that misses what a hint names is not noticed: a hint has no version (rule F5).
    if (endedBy.hinted && this.#database.replicaLaggedMs > 0) return;
    this.#say('F4', read, value, `though invalidation ${endedBy.serial} was applied here before`);
  }

  /** C: what was revoked is not read any more, wherever the scope is strict. */
  #judgeRevoked(read: Read, { endedBy, value }: Reign): void {
    const { strict } = this.#scopes[read.scope] as DomainScope;
    if (!strict || !read.node.follows) return;
    this.judged.strict += 1;
    if (!endedBy || endedBy.commit.revokedTurn >= read.turn) return;
    this.#say('C', read, value, `though commit ${endedBy.commit.serial} had revoked it`);
  }

  /** J: a read that brings a token sees that write. */
  #judgeToken(read: Read, { endedBy, value }: Reign, after: Commit): void {
    if (after.lost || endedBy?.commit !== after) return;
    this.#say('J', read, value, `with the token of commit ${after.serial}, which overwrote it`);
  }

  /** G: what memory gives of one key never gets older. */
  #judgeOrder(read: Read, { value }: Reign): void {
    const scopes = this.#last.get(read.node) ?? new Map<number, Int32Array>();
    this.#last.set(read.node, scopes);
    const keys = scopes.get(read.scope) ?? new Int32Array(this.#keys);
    scopes.set(read.scope, keys);
    const last = keys[read.key] as number;
    keys[read.key] = value;
    if (value >= last) return;
    const wasLost = this.#database.truth.reignOf(read.scope, read.key, last)?.begunBy?.commit.lost;
    if (!wasLost) this.#say('G', read, value, `after ${last}`);
  }

  #say(broken: Parameters<Accuse>[0], read: Read, value: number, why: string): void {
    const scope = this.#scopes[read.scope]?.name;
    this.#accuse(broken, read.node.name, `served ${scope}/${read.key} = ${value} ${why}`);
  }
}

/**
 * A value that was loaded and then lost by the database, with an invalidation that was not logged or
 * never came here: no link on the chain tells this process of either. See README.
 */
export function isLoadedAndLost({ node }: Pick<Read, 'node'>, reign: Reign): boolean {
  const { begunBy, endedBy } = reign;
  if (!begunBy?.commit.lost || endedBy) return false;
  return !begunBy.commit.logged || !node.applied.has(begunBy.serial);
}
