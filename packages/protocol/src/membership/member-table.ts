import { type NodeName, originId } from '@hearsay/spi';
import { isLiving, type Member, type MemberState } from './member.js';
import { Tombstones, type TombstonesOptions } from './tombstones.js';

export interface MemberTableOptions extends TombstonesOptions {
  readonly membersMax: number;
  readonly deadRememberedMs: number;
}

/**
 * Every member that is known, by origin: the living ones, and the dead and left ones that are still
 * remembered; of those that are not, tombstones.
 */
export class MemberTable {
  readonly tombstones: Tombstones;
  readonly #options: MemberTableOptions;
  readonly #forgotten: (member: Member) => void;
  readonly #members = new Map<string, Member>();
  readonly #count: Record<MemberState, number> = { alive: 0, suspect: 0, dead: 0, left: 0 };
  #ordered: readonly Member[] | undefined;

  /** @param forgotten called with each member that is remembered no longer */
  constructor(options: MemberTableOptions, forgotten: (member: Member) => void) {
    this.#options = options;
    this.#forgotten = forgotten;
    this.tombstones = new Tombstones(options);
  }

  get size(): number {
    return this.#members.size;
  }

  /** Ordered by node, then epoch. The order of epochs means nothing (rule M4). */
  get ordered(): readonly Member[] {
    this.#ordered ??= [...this.#members.values()].sort(byOrigin);
    return this.#ordered;
  }

  get living(): number {
    return this.#count.alive + this.#count.suspect;
  }

  count(state: MemberState): number {
    return this.#count[state];
  }

  get(id: string): Member | undefined {
    return this.#members.get(id);
  }

  /** The living processes of one name; more than one while a restart is not noticed yet. */
  livesOf(node: NodeName): Member[] {
    return this.#all(({ origin, state }) => origin.node === node && isLiving(state));
  }

  /**
   * Takes in who is new. Where there is no room, whoever has been gone for the longest makes it.
   * @returns `false` when `membersMax` are here, all living
   */
  enter(member: Member, nowMs: number): boolean {
    if (this.size >= this.#options.membersMax) {
      const longestGone = this.#gone()[0];
      if (!longestGone) return false;
      this.#bury(longestGone, nowMs);
    }
    this.tombstones.delete(originId(member.origin));
    this.update(member);
    return true;
  }

  /** Replaces what is known of a member. */
  update(member: Member): void {
    this.#delete(originId(member.origin));
    this.#members.set(originId(member.origin), member);
    this.#count[member.state]++;
  }

  /** Lets go of who has been gone for long enough, and of old tombstones. */
  forget(nowMs: number): void {
    this.tombstones.expire(nowMs);
    for (const member of this.#gone())
      if (nowMs - member.sinceMs >= this.#options.deadRememberedMs) this.#bury(member, nowMs);
  }

  #bury(member: Member, nowMs: number): void {
    const { origin, incarnation, state } = member;
    this.#delete(originId(origin));
    this.tombstones.bury(origin, incarnation, state === 'left', nowMs);
    this.#forgotten({ ...member, reason: 'expired' });
  }

  #delete(id: string): void {
    const known = this.#members.get(id);
    this.#ordered = undefined;
    if (!known) return;
    this.#members.delete(id);
    this.#count[known.state]--;
  }

  /** The longest gone first. */
  #gone(): Member[] {
    if (this.#count.dead + this.#count.left === 0) return [];
    return this.#all(({ state }) => !isLiving(state)).sort((a, b) => a.sinceMs - b.sinceMs);
  }

  #all(predicate: (member: Member) => boolean): Member[] {
    return [...this.#members.values()].filter(predicate);
  }
}

function byOrigin(a: Member, b: Member): number {
  return compare(a.origin.node, b.origin.node) || compare(a.origin.epoch, b.origin.epoch);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
