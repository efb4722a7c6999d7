import { type Origin, originId, sameOrigin } from '@hearsay/spi';
import { Contests } from './contests.js';
import type { MembershipCounters } from './counters.js';
import type { MembershipEffect } from './effect.js';
import { MemberLinks } from './links.js';
import type { LocalMember } from './local-member.js';
import { isLiving, type Member, type MemberState } from './member.js';
import { aliveUpdate, type MembershipMessage, type MemberUpdate, partsOf } from './message.js';
import type { MembershipOptions } from './options.js';
import { type ProbeMessage, Prober, type ProberOwner } from './prober.js';
import type { Random } from './random.js';
import { View, type ViewOwner } from './view.js';

/** Of those who hear of a suspicion so many, on average, look into it before its turn. */
const WITNESSES_MAX = 8;

/**
 * What view, prober and links mean to each other: who entered is probed and wanted as a peer, a
 * failed probe accuses, a new life of a name puts its other lives to the test. Collects the effects.
 */
export class Liaison implements ViewOwner, ProberOwner {
  readonly view: View;
  readonly prober: Prober;
  readonly links: MemberLinks;
  readonly #contests: Contests;
  readonly #local: LocalMember;
  readonly #options: MembershipOptions;
  readonly #random: Random;
  readonly #counters: MembershipCounters;
  #effects: MembershipEffect[] = [];

  constructor(
    local: LocalMember,
    options: MembershipOptions,
    counters: MembershipCounters,
    random: Random,
  ) {
    const { origin } = local.member;
    this.#local = local;
    this.#options = options;
    this.#counters = counters;
    this.#random = random;
    this.#contests = new Contests(origin);
    this.links = new MemberLinks(originId(origin), options, random);
    this.prober = new Prober(origin, options, counters, random, this);
    this.view = new View(local, options, counters, this);
  }

  get sizes(): Readonly<Record<string, number>> {
    return {
      ...this.view.sizes,
      ...this.prober.sizes,
      ...this.links.sizes,
      contests: this.#contests.size,
    };
  }

  /** @returns what there is to do, once */
  takeEffects(): MembershipEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  isLinked(id: string): boolean {
    return this.links.has(id);
  }

  linkedPeers(): Origin[] {
    return this.links.peers;
  }

  changed(member: Member, before: MemberState | undefined, nowMs: number): void {
    this.#effects.push({ kind: 'changed', member, before });
    const { origin, state } = member;
    if (this.#isSelf(origin)) {
      this.#tellPeers();
      return;
    }
    const id = originId(origin);
    // Who is dead is asked while it can be told so.
    if (isLiving(state) || (state === 'dead' && this.isLinked(id))) this.prober.add(id);
    else this.prober.remove(id);
    if (state === 'left') this.links.forget(id);
    else this.links.want(id, nowMs);
    // It is to hear of it soon, and a few of those who only heard of it are to see for themselves. All
    // of many at once would only make a slow member slower.
    const isWitness = this.#random.below(this.view.table.living) < WITNESSES_MAX;
    if (state === 'suspect' && isWitness) this.prober.hasten(id);
    if (isLiving(state) !== isLiving(before)) this.#contest(member, nowMs);
  }

  forgotten(member: Member): void {
    const id = originId(member.origin);
    this.#effects.push({ kind: 'changed', member, before: member.state });
    this.prober.remove(id);
    this.links.forget(id);
  }

  refuted(): void {
    this.prober.health.refuted();
    this.#effects.push({ kind: 'refuted', incarnation: this.#local.member.incarnation });
    this.#tellPeers();
  }

  answered(target: Origin): void {
    const { node } = target;
    if (!this.#contests.isOpen(node)) return;
    const epochs = this.#contests.answered(target, this.view.table.livesOf(node));
    if (epochs.length === 0) return;
    this.#counters.nameConflicts++;
    this.#effects.push({ kind: 'name-conflict', node, epochs });
  }

  unanswered(target: Origin, nowMs: number): boolean {
    const id = originId(target);
    const before = this.view.table.get(id)?.state;
    const lives = this.view.table.livesOf(target.node);
    if (!this.isLinked(id) && this.#contests.isReplaced(target, lives))
      this.view.replaced(id, nowMs);
    else if (!this.awaitsFirstLink(id, nowMs))
      this.view.accuse(id, this.links.evidenceOf(id), nowMs);
    return before === 'alive';
  }

  /** It was only heard of, and only just: that nobody near is linked to it yet says nothing about it. */
  awaitsFirstLink(id: string, nowMs: number): boolean {
    const sinceMs = this.view.table.get(id)?.sinceMs ?? nowMs;
    return !this.links.wasTried(id) && nowMs - sinceMs < this.#options.firstLinkMs;
  }

  /** Asks for connections that are due. */
  connect(nowMs: number): void {
    const { table } = this.view;
    for (const member of this.links.due((id) => table.get(id), nowMs))
      this.#effects.push({ kind: 'connect', member });
  }

  send(to: Origin, message: ProbeMessage): void {
    this.say(to, { ...message, updates: this.view.updatesFor(to) });
  }

  /** All that is known here. @param reply whether the peer's is wanted too */
  sendTable(to: Origin, reply: boolean): void {
    this.sendMembers(to, this.view.all(), reply);
  }

  /** In as many parts as it takes; none when there is nothing. */
  sendMembers(to: Origin, updates: readonly MemberUpdate[], reply: boolean): void {
    const parts = partsOf(updates, this.#options.tableBytesMax);
    for (const [i, members] of parts.entries())
      this.say(to, { kind: 'members', members, reply: reply && i === parts.length - 1 });
  }

  /** Nothing is ever sent without a link. */
  say(to: Origin, message: MembershipMessage): void {
    if (this.isLinked(originId(to))) this.#effects.push({ kind: 'send', to, message });
  }

  /** What a node says of itself goes to each peer at once. Gossip is for those without a link to it. */
  #tellPeers(): void {
    const { member } = this.#local;
    for (const peer of this.linkedPeers())
      if (member.state === 'left') this.say(peer, { kind: 'leave' });
      else this.sendMembers(peer, [aliveUpdate(member)], false);
  }

  #contest({ origin, state }: Member, nowMs: number): void {
    const lives = this.view.table.livesOf(origin.node);
    if (!isLiving(state)) this.#contests.settled(origin.node, lives);
    else if (this.#contests.opened(origin.node, lives))
      for (const life of lives)
        if (!this.#isSelf(life.origin)) this.prober.probe(life.origin, nowMs);
  }

  #isSelf(origin: Origin): boolean {
    return sameOrigin(origin, this.#local.member.origin);
  }
}
