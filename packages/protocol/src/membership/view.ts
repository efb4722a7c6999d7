import { type Origin, originId } from '@hearsay/spi';
import type { MembershipCounters } from './counters.js';
import { Dissemination } from './dissemination.js';
import type { LocalMember } from './local-member.js';
import {
  claimOf,
  type Evidence,
  INCARNATION_ZERO,
  isLiving,
  type Member,
  type MemberReason,
  type MemberState,
  TRANSITIONS,
} from './member.js';
import { MemberTable } from './member-table.js';
import {
  type AliveUpdate,
  aliveUpdate,
  isUpdateWithin,
  type MemberUpdate,
  type SuspectUpdate,
  sameDescription,
} from './message.js';
import type { Metadata } from './metadata.js';
import type { MembershipOptions } from './options.js';
import { heardReason, reasonOf } from './reason.js';
import { Suspicions } from './suspicions.js';

/** What the view tells its owner, and asks of it. */
export interface ViewOwner {
  isLinked(id: string): boolean;
  changed(member: Member, before: MemberState | undefined, nowMs: number): void;
  /** It is no longer remembered. */
  forgotten(member: Member): void;
  refuted(): void;
}

/** Of a member that only a suspicion was heard of. */
const NOTHING_KNOWN = { addresses: [], metadata: {} } as const;

/**
 * Who is a member, as far as this node knows: every claim, heard or made here, ends in one table,
 * and what it changed is passed on. Decides what is believed; never whom to probe.
 */
export class View {
  readonly table: MemberTable;
  readonly #local: LocalMember;
  readonly #selfId: string;
  readonly #counters: MembershipCounters;
  readonly #owner: ViewOwner;
  readonly #suspicions: Suspicions;
  readonly #queue: Dissemination;

  constructor(
    local: LocalMember,
    options: MembershipOptions,
    counters: MembershipCounters,
    owner: ViewOwner,
  ) {
    this.#local = local;
    this.#selfId = originId(local.member.origin);
    this.#counters = counters;
    this.#owner = owner;
    this.table = new MemberTable(options, (member) => owner.forgotten(member));
    this.table.update(local.member);
    this.#queue = new Dissemination(options);
    this.#suspicions = new Suspicions(options, (id) => ({
      accusersMax: this.table.count('alive'),
      linked: owner.isLinked(id),
    }));
  }

  /** Of all that is remembered. */
  get sizes(): Readonly<Record<'members' | 'suspicions' | 'tombstones' | 'updates', number>> {
    return {
      members: this.table.size,
      suspicions: this.#suspicions.size,
      tombstones: this.table.tombstones.size,
      updates: this.#queue.size,
    };
  }

  get nextDueMs(): number {
    return this.#suspicions.nextDueMs;
  }

  /**
   * A direct connection. Who is unknown becomes a member. Who is remembered dead stays so until it
   * has refuted, which takes one message: only the member itself can raise its incarnation, and
   * without that the others would not believe it. Who was forgotten is remembered again for that.
   */
  linked(peer: Origin, addresses: readonly string[], metadata: Metadata, nowMs: number): void {
    const id = originId(peer);
    this.#suspicions.retractClosed(id, this.#selfId);
    if (this.table.get(id)) return;
    const stone = this.table.tombstones.get(id);
    const member: Member = {
      origin: peer,
      addresses,
      metadata,
      incarnation: stone?.incarnation ?? INCARNATION_ZERO,
      state: stone ? (stone.final ? 'left' : 'dead') : 'alive',
      reason: stone ? 'expired' : 'joined',
      sinceMs: nowMs,
    };
    this.#enter(member, stone ? undefined : aliveUpdate(member), nowMs);
  }

  /**
   * A claim of another node.
   * @returns what that node does not know yet: the member it accuses has refuted
   */
  hear(update: MemberUpdate, from: Origin, nowMs: number): AliveUpdate | undefined {
    if (!isUpdateWithin(update)) {
      this.#counters.updatesRefused++;
      return undefined;
    }
    const id = originId(update.origin);
    const known = this.table.get(id);
    const answer = known && answerTo(update, known);
    if (id === this.#selfId) this.#hearOfSelf(update);
    else if (known) this.#claim(known, this.#believable(known, update, from), undefined, nowMs);
    else this.#hearOfUnknown(id, update, nowMs);
    return answer;
  }

  /** This node's own probe of the member failed. */
  accuse(id: string, evidence: Evidence, nowMs: number): void {
    const known = this.table.get(id);
    if (known && isLiving(known.state))
      this.#claim(known, this.#accusation(known, evidence), undefined, nowMs);
  }

  /** The process was replaced by another one of the same name. */
  replaced(id: string, nowMs: number): void {
    const known = this.table.get(id);
    if (known) this.#gone(known, 'dead', 'replaced', nowMs);
  }

  /** The member said so itself. */
  left(origin: Origin, nowMs: number): void {
    const known = this.table.get(originId(origin));
    if (known) this.#gone(known, 'left', 'left', nowMs);
  }

  /** This node has changed what it says of itself. */
  localChanged(nowMs: number): void {
    this.#tellOfSelf();
    this.#owner.changed(this.#local.member, 'alive', nowMs);
  }

  /** While this node stood still it could not hear refutations. */
  extendSuspicions(stallMs: number): void {
    this.#suspicions.extend(stallMs);
  }

  /** Declares dead whose time to refute is over. */
  judge(nowMs: number): void {
    for (const id of this.#suspicions.due(nowMs)) {
      const known = this.table.get(id);
      if (known) this.#gone(known, 'dead', known.reason, nowMs);
    }
  }

  /** @returns what goes along with a message: first what the receiver must refute, then gossip */
  updatesFor(to: Origin): MemberUpdate[] {
    const known = this.table.get(originId(to));
    const first = known && known.state !== 'alive' ? [this.#updateOf(known)] : [];
    return this.#queue.take(first, this.table.living);
  }

  /** @returns all that is known, ordered */
  all(): MemberUpdate[] {
    return this.table.ordered.map((member) => this.#updateOf(member));
  }

  #hearOfSelf(update: MemberUpdate): void {
    const heard = this.#local.hear(update);
    if (heard === 'refused') this.#counters.updatesRefused++;
    if (heard !== 'refuted') return;
    this.#counters.refutations++;
    this.#tellOfSelf();
    this.#owner.refuted();
  }

  #tellOfSelf(): void {
    this.table.update(this.#local.member);
    this.#queue.add(aliveUpdate(this.#local.member));
  }

  #hearOfUnknown(id: string, update: MemberUpdate, nowMs: number): void {
    const { origin, incarnation } = update;
    const { tombstones } = this.table;
    if (update.state === 'dead' || update.state === 'left') {
      tombstones.bury(origin, incarnation, update.state === 'left', nowMs);
    } else if (tombstones.covers(id, incarnation)) {
      this.#counters.updatesBuried++;
    } else {
      const { addresses, metadata } = update.state === 'alive' ? update : NOTHING_KNOWN;
      const reason = update.state === 'suspect' ? reasonOf(update.evidence) : 'joined';
      const { state } = update;
      const member = { origin, addresses, metadata, incarnation, state, reason, sinceMs: nowMs };
      this.#enter(member, update, nowMs);
    }
  }

  #enter(member: Member, update: MemberUpdate | undefined, nowMs: number): void {
    if (!this.table.enter(member, nowMs)) {
      this.#counters.membersRefused++;
      return;
    }
    if (update) this.#queue.add(update);
    if (update?.state === 'suspect') this.#suspect(update, nowMs);
    this.#owner.changed(member, undefined, nowMs);
  }

  /**
   * Hearsay of a death does not outweigh a link: the member is suspected, and can refute. Otherwise
   * two halves of a healed partition would bury each other's living members for a moment.
   */
  #believable(known: Member, update: MemberUpdate, from: Origin): MemberUpdate {
    if (update.state !== 'dead' || !isLiving(known.state)) return update;
    if (!this.#owner.isLinked(originId(known.origin))) return update;
    const { origin, incarnation } = update;
    return { state: 'suspect', origin, incarnation, by: from, evidence: 'silent' };
  }

  #gone(known: Member, state: 'dead' | 'left', reason: MemberReason, nowMs: number): void {
    const { origin, incarnation } = known;
    this.#claim(known, { state, origin, incarnation }, reason, nowMs);
  }

  #claim(
    known: Member,
    update: MemberUpdate,
    reason: MemberReason | undefined,
    nowMs: number,
  ): void {
    const claim = claimOf(update.state, update.incarnation, known.incarnation);
    const state = TRANSITIONS[known.state][claim];
    if (state === 'kept') {
      // One more accuser is passed on, as every node counts for itself.
      if (claim === 'suspect same' && this.#suspicions.confirm(update)) this.#queue.add(update);
      return;
    }
    const { incarnation } = update.incarnation > known.incarnation ? update : known;
    const { addresses, metadata } = update.state === 'alive' ? update : known;
    const member: Member = {
      origin: known.origin,
      addresses,
      metadata,
      incarnation,
      state,
      reason: reason ?? heardReason(known, update),
      sinceMs: state === known.state ? known.sinceMs : nowMs,
    };
    this.#replace(known, member, update, nowMs);
  }

  #replace(known: Member, member: Member, update: MemberUpdate, nowMs: number): void {
    this.table.update(member);
    this.#queue.add(update);
    this.#suspicions.close(originId(known.origin));
    if (update.state === 'suspect') this.#suspect(update, nowMs);
    if (member.state === 'dead' && isLiving(known.state)) this.#counters.deaths++;
    if (member.state !== known.state || !sameDescription(member, known))
      this.#owner.changed(member, known.state, nowMs);
  }

  #suspect(accusation: SuspectUpdate, nowMs: number): void {
    this.#suspicions.open(accusation, nowMs);
    this.#counters.suspicions++;
  }

  #accusation({ origin, incarnation }: Member, evidence: Evidence): SuspectUpdate {
    const by = this.#local.member.origin;
    return { state: 'suspect', origin, incarnation, by, evidence };
  }

  #updateOf(member: Member): MemberUpdate {
    const { origin, incarnation, state } = member;
    if (state === 'alive') return aliveUpdate(member);
    if (state !== 'suspect') return { state, origin, incarnation };
    const accusation = this.#suspicions.accusationOf(originId(origin));
    return accusation ?? this.#accusation(member, 'silent');
  }
}

/** Gossip of a refutation can pass by an accuser, whose accusation comes round again and again. */
function answerTo({ incarnation, state }: MemberUpdate, known: Member): AliveUpdate | undefined {
  const isOutdated = known.state === 'alive' && incarnation < known.incarnation;
  return isOutdated && (state === 'suspect' || state === 'dead') ? aliveUpdate(known) : undefined;
}
