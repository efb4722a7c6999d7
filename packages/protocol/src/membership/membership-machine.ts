import { type Origin, originId, sameOrigin } from '@hearsay/spi';
import { newMembershipCounters } from './counters.js';
import type { MembershipEffect } from './effect.js';
import type { MembershipInput } from './input.js';
import { Liaison } from './liaison.js';
import { LocalMember, type SelfDescription } from './local-member.js';
import { type Evidence, isLiving, type Member, type MemberState } from './member.js';
import { areAddressesWithin, type MembershipMessage, type MemberUpdate } from './message.js';
import { type Metadata, metadataProblem } from './metadata.js';
import { type MembershipOptions, membershipOptions } from './options.js';
import { Random } from './random.js';
import { Stall } from './stall.js';
import { viewHash } from './view-hash.js';

/**
 * Decides whom a node believes to be a member, and what it asks and tells the others to find out.
 * Pure: time and randomness are arguments, what to do is returned. SWIM with Lifeguard: the prober
 * asks, the view believes, and gossip rides on the prober's messages.
 *
 * Sources: SWIM (Das, Gupta, Motivala 2002); Lifeguard (Dadgar, Phillips, Currey, arXiv 1707.00788).
 */
export class MembershipMachine {
  readonly counters = newMembershipCounters();
  readonly #options: MembershipOptions;
  readonly #local: LocalMember;
  readonly #random = new Random();
  readonly #stall: Stall;
  readonly #liaison: Liaison;
  #intervalAtMs: number | undefined;
  #exchangeAtMs: number | undefined;
  #stopped = false;

  /**
   * @param nowMs the same monotonic clock as in `handle`
   * @throws {MetadataTooLargeError} the own metadata is above its limits
   * @throws {ConfigInvalidError} an option is outside its range
   */
  constructor(self: SelfDescription, options: Partial<MembershipOptions>, nowMs: number) {
    this.#options = membershipOptions(options);
    this.#local = new LocalMember(self, nowMs);
    this.#stall = new Stall(this.#options, nowMs);
    this.#liaison = new Liaison(this.#local, this.#options, this.counters, this.#random);
  }

  /** @throws {MetadataTooLargeError} `update-self` above the limits; nothing is applied */
  handle(input: MembershipInput, nowMs: number): MembershipEffect[] {
    if (this.#stopped) return [];
    this.#noticeStall(nowMs);
    this.#decide(input, nowMs);
    return this.#liaison.takeEffects();
  }

  /** When the next tick is wanted at the latest; an earlier one does no harm. */
  nextDueMs(): number {
    if (this.#stopped) return Number.POSITIVE_INFINITY;
    return Math.min(
      this.#stall.dueMs,
      this.#liaison.prober.nextDueMs,
      this.#liaison.view.nextDueMs,
      this.#intervalAtMs ?? Number.POSITIVE_INFINITY,
    );
  }

  /** Ordered by node, then epoch; this node too, and the dead and left while they are remembered. */
  members(): readonly Member[] {
    return this.#liaison.view.table.ordered;
  }

  local(): Member {
    return this.#local.member;
  }

  viewHash(): string {
    return viewHash(this.members());
  }

  /** Lifeguard's multiplier, 0 … healthMax. */
  localHealth(): number {
    return this.#liaison.prober.health.value;
  }

  /** In which every member is probed once. A link that is silent for much longer is dead. */
  roundMs(): number {
    return this.#liaison.prober.roundMs(this.#liaison.view.table.living);
  }

  /** Remembered ones too. */
  isKnown(origin: Origin): boolean {
    return this.stateOf(origin) !== undefined;
  }

  stateOf(origin: Origin): MemberState | undefined {
    return this.#liaison.view.table.get(originId(origin))?.state;
  }

  /** How much is held of each thing; each is bounded. */
  sizes(): Readonly<Record<string, number>> {
    return this.#liaison.sizes;
  }

  #decide(input: MembershipInput, nowMs: number): void {
    switch (input.kind) {
      case 'linked':
        this.#linked(input.peer, input.addresses, input.metadata ?? {}, nowMs);
        break;
      case 'unlinked':
        this.#unlinked(input.peer, input.evidence, nowMs);
        break;
      case 'message':
        this.#message(input.from, input.message, nowMs);
        break;
      case 'reached':
        if (this.#isLinked(input.peer)) this.#liaison.prober.reached(input.peer);
        break;
      case 'update-self':
        this.#local.describe(input.addresses, input.metadata);
        this.#liaison.view.localChanged(nowMs);
        break;
      case 'leave':
        this.#local.leave(nowMs);
        this.#liaison.view.localChanged(nowMs);
        this.#stopped = true;
        break;
      case 'tick':
        this.#tick(input.random, input.eventLoopDelayMs, nowMs);
    }
  }

  #message(from: Origin, message: MembershipMessage, nowMs: number): void {
    if (!this.#isLinked(from)) {
      this.counters.strangers++;
      return;
    }
    switch (message.kind) {
      case 'leave':
        this.#liaison.view.left(from, nowMs);
        break;
      case 'members':
        this.#hear(message.members, from, nowMs);
        if (message.reply) this.#liaison.sendTable(from, false);
        break;
      default:
        this.#hear(message.updates, from, nowMs);
        this.#liaison.prober.message(from, message, nowMs);
    }
  }

  #hear(updates: readonly MemberUpdate[], from: Origin, nowMs: number): void {
    const answers = new Map<string, MemberUpdate>();
    for (const update of updates) {
      const answer = this.#liaison.view.hear(update, from, nowMs);
      if (answer) answers.set(originId(answer.origin), answer);
    }
    this.#liaison.sendMembers(from, [...answers.values()], false);
  }

  #linked(peer: Origin, addresses: readonly string[], metadata: Metadata, nowMs: number): void {
    if (sameOrigin(peer, this.local().origin)) return;
    const { links, view, prober } = this.#liaison;
    links.up(peer);
    view.linked(
      peer,
      areAddressesWithin(addresses) ? addresses : [],
      metadataProblem(metadata) === undefined ? metadata : {},
      nowMs,
    );
    // Dead ones as well: they are to be told.
    if (this.isKnown(peer)) prober.add(originId(peer));
    prober.reached(peer);
    this.#liaison.sendTable(peer, false);
  }

  #unlinked(peer: Origin, evidence: Evidence, nowMs: number): void {
    const id = originId(peer);
    const { links, prober } = this.#liaison;
    links.down(id);
    const state = this.stateOf(peer);
    if (isLiving(state)) {
      links.lost(id, this.#stall.isToBlame(nowMs) ? 'silent' : evidence, nowMs);
      prober.unlinked(peer, nowMs);
      this.#liaison.connect(nowMs);
    } else {
      // It was only asked while it could be told.
      prober.remove(id);
      if (state === 'dead') links.want(id, nowMs);
    }
  }

  #tick(random: number, eventLoopDelayMs: number, nowMs: number): void {
    const { prober, view } = this.#liaison;
    this.#random.feed(random);
    this.#stall.tick(nowMs);
    prober.health.observeDelay(eventLoopDelayMs, nowMs);
    prober.tick(nowMs);
    view.judge(nowMs);
    const { probeIntervalMs } = this.#options;
    // The first interval begins somewhere, so that nodes started together do not beat together.
    this.#intervalAtMs ??= nowMs + this.#random.next() * probeIntervalMs;
    if (nowMs < this.#intervalAtMs) return;
    this.#intervalAtMs = Math.max(this.#intervalAtMs + probeIntervalMs, nowMs + 1);
    this.#interval(nowMs);
  }

  #interval(nowMs: number): void {
    const { table } = this.#liaison.view;
    const targetOf = (id: string) =>
      this.#liaison.awaitsFirstLink(id, nowMs) ? undefined : table.get(id)?.origin;
    this.#liaison.prober.interval(table.living, targetOf, nowMs);
    this.#liaison.connect(nowMs);
    table.forget(nowMs);
    this.#exchange(nowMs);
  }

  /** Whatever gossip missed comes with a whole table, from a random peer. */
  #exchange(nowMs: number): void {
    const isDue = this.#exchangeAtMs !== undefined && nowMs >= this.#exchangeAtMs;
    if (this.#exchangeAtMs !== undefined && !isDue) return;
    this.#exchangeAtMs = nowMs + this.#options.exchangeIntervalMs * (0.5 + this.#random.next());
    const peers = this.#liaison.linkedPeers();
    const peer = peers[this.#random.below(peers.length)];
    if (peer && isDue) this.#liaison.sendTable(peer, true);
  }

  /** Before anything else is judged: what this node did not hear while it stood still accuses nobody. */
  #noticeStall(nowMs: number): void {
    const stallMs = this.#stall.observe(nowMs);
    if (stallMs === 0) return;
    this.counters.stalls++;
    this.#liaison.prober.health.observeDelay(stallMs, nowMs);
    this.#liaison.view.extendSuspicions(stallMs);
    this.#liaison.prober.stalled(stallMs, this.#stall.isToBlame(nowMs), nowMs);
  }

  #isLinked(peer: Origin): boolean {
    return this.#liaison.isLinked(originId(peer));
  }
}
