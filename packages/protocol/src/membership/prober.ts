import { type Origin, originId, sameOrigin } from '@hearsay/spi';
import type { MembershipCounters } from './counters.js';
import { LocalHealth } from './local-health.js';
import type { MembershipMessage } from './message.js';
import type { MembershipOptions } from './options.js';
import { ProbeSchedule } from './probe-schedule.js';
import { type Probe, Probes } from './probes.js';
import type { Random } from './random.js';
import { Relays } from './relays.js';

type Bare<Message> = Message extends { readonly updates: unknown }
  ? Omit<Message, 'updates'>
  : never;
/** A message of a probe; whoever sends it adds the updates that travel along. */
export type ProbeMessage = Bare<MembershipMessage>;

/** What the prober tells its owner, and asks of it. */
export interface ProberOwner {
  isLinked(id: string): boolean;
  linkedPeers(): Origin[];
  send(to: Origin, message: ProbeMessage): void;
  answered(target: Origin): void;
  /** @returns whether it was news that the target does not answer */
  unanswered(target: Origin, nowMs: number): boolean;
}

/**
 * Asks members whether they are there, first itself, then through others, and answers when asked.
 * Decides whom to probe and when a probe has failed; never what that means.
 *
 * A linked member is pinged; after a ping timeout it is pinged again and helpers are asked as well;
 * after another one the probe has failed. A member without a link starts at the helpers.
 *
 * Source: SWIM (Das, Gupta, Motivala 2002), section 3.1; nacks and timeouts as in Lifeguard.
 */
export class Prober {
  readonly #self: Origin;
  readonly #options: MembershipOptions;
  readonly #counters: MembershipCounters;
  readonly #owner: ProberOwner;
  readonly #random: Random;
  readonly #probes = new Probes();
  readonly #relays: Relays;
  readonly #schedule: ProbeSchedule;
  readonly health: LocalHealth;
  #sequence = 0;

  constructor(
    self: Origin,
    options: MembershipOptions,
    counters: MembershipCounters,
    random: Random,
    owner: ProberOwner,
  ) {
    this.#self = self;
    this.#options = options;
    this.#counters = counters;
    this.#owner = owner;
    this.#random = random;
    this.#relays = new Relays(options.relaysMax);
    this.#schedule = new ProbeSchedule(random);
    this.health = new LocalHealth(options);
  }

  get sizes(): { readonly probes: number; readonly relays: number } {
    return { probes: this.#probes.size, relays: this.#relays.size };
  }

  get nextDueMs(): number {
    return Math.min(this.#probes.nextDueMs, this.#relays.nextDueMs);
  }

  /** In which each target is probed once. */
  roundMs(members: number): number {
    const intervals = Math.ceil(Math.max(1, this.#schedule.size) / this.#count(members));
    return intervals * this.#options.probeIntervalMs;
  }

  add(id: string): void {
    this.#schedule.add(id);
  }

  remove(id: string): void {
    this.#schedule.remove(id);
    this.#probes.delete(id);
  }

  /** Probed in the next interval. */
  hasten(id: string): void {
    this.#schedule.hasten(id);
  }

  /** One batch. @param targetOf the member of an id */
  interval(members: number, targetOf: (id: string) => Origin | undefined, nowMs: number): void {
    for (const id of this.#schedule.take(this.#count(members))) {
      const target = targetOf(id);
      if (target && !this.#probes.get(id)) this.probe(target, nowMs);
    }
  }

  /** Begins a probe now. What an earlier one of the same target brings does not count any more. */
  probe(target: Origin, nowMs: number): void {
    const pinged = this.#owner.isLinked(originId(target));
    const sequence = ++this.#sequence;
    const probe = this.#probes.start(target, sequence, pinged, nowMs + this.#timeoutMs);
    this.#counters.probes++;
    if (pinged) this.#owner.send(target, { kind: 'ping', sequence });
    else this.#askHelpers(probe);
  }

  /** The link is gone: helpers are asked now. */
  unlinked(target: Origin, nowMs: number): void {
    if (this.#probes.get(originId(target))?.stage !== 'indirect') this.probe(target, nowMs);
  }

  /** A round trip with the target was acknowledged elsewhere. */
  reached(target: Origin): void {
    if (this.#probes.delete(originId(target))) this.health.probeSucceeded();
    this.#owner.answered(target);
  }

  message(from: Origin, message: ProbeMessage, nowMs: number): void {
    switch (message.kind) {
      case 'ping':
        this.#owner.send(from, { kind: 'ack', sequence: message.sequence });
        break;
      case 'ack':
        this.#acked(from, message.sequence);
        break;
      case 'ping-request':
        this.#request(from, message.sequence, message.target, nowMs);
        break;
      case 'ping-result':
        this.#resulted(from, message.sequence, message.target, message.acked);
    }
  }

  tick(nowMs: number): void {
    for (const { requester, requestSequence, target } of this.#relays.due(nowMs))
      this.#result(requester, requestSequence, target, false);
    for (const probe of this.#probes.due(nowMs)) {
      if (probe.stage === 'direct') this.#widen(probe, nowMs);
      else this.#failed(probe, nowMs);
    }
  }

  /**
   * This node stood still. After a short while probes get that time on top; after a long one what was
   * asked says nothing, and is asked again. (Always asking again would never accuse anyone where
   * the loop lags all the time.)
   */
  stalled(stallMs: number, isLong: boolean, nowMs: number): void {
    if (isLong) this.#relays.clear();
    for (const probe of this.#probes.all)
      if (isLong) this.probe(probe.target, nowMs);
      else probe.dueMs += stallMs;
  }

  #acked(from: Origin, sequence: number): void {
    const relay = this.#relays.answered(from, sequence);
    if (relay) this.#result(relay.requester, relay.requestSequence, from, true);
    else if (this.#probes.answered(originId(from), sequence)) this.#succeeded(from);
  }

  #request(from: Origin, requestSequence: number, target: Origin, nowMs: number): void {
    const isSelf = sameOrigin(target, this.#self);
    if (isSelf || !this.#owner.isLinked(originId(target))) {
      this.#result(from, requestSequence, target, isSelf);
      return;
    }
    const { pingTimeoutMs, pingTimeoutMaxMs } = this.#options;
    const sequence = ++this.#sequence;
    const taken = this.#relays.add(sequence, {
      requester: from,
      requestSequence,
      target,
      // Early, so that the nack is there before the requester's own timeout.
      nackAtMs: nowMs + pingTimeoutMs / 2,
      endMs: nowMs + pingTimeoutMaxMs,
    });
    if (taken) this.#owner.send(target, { kind: 'ping', sequence });
    else {
      this.#counters.relaysRefused++;
      this.#result(from, requestSequence, target, false);
    }
  }

  #resulted(from: Origin, sequence: number, target: Origin, acked: boolean): void {
    const id = originId(target);
    if (!acked) {
      this.#probes.nacked(id, sequence, originId(from));
      return;
    }
    const probe = this.#probes.answered(id, sequence);
    if (!probe) return;
    this.#succeeded(target);
    // It lives and its link does not answer: look again soon, so that a dead link is noticed soon.
    if (probe.pinged) this.#schedule.hasten(id);
  }

  #widen(probe: Probe, nowMs: number): void {
    probe.stage = 'indirect';
    probe.dueMs = nowMs + this.#timeoutMs;
    if (this.#owner.isLinked(originId(probe.target)))
      this.#owner.send(probe.target, { kind: 'ping', sequence: probe.sequence });
    this.#askHelpers(probe);
  }

  #askHelpers({ target, sequence, helpers }: Probe): void {
    const others = this.#owner.linkedPeers().filter((peer) => !sameOrigin(peer, target));
    for (const helper of this.#random.shuffle(others).slice(0, this.#options.helpersMax)) {
      helpers.set(originId(helper), false);
      this.#owner.send(helper, { kind: 'ping-request', sequence, target });
    }
  }

  #succeeded(target: Origin): void {
    this.health.probeSucceeded();
    this.#owner.answered(target);
  }

  #failed({ target, helpers }: Probe, nowMs: number): void {
    this.#probes.delete(originId(target));
    this.#counters.probesFailed++;
    const answered = [...helpers.values()].filter(Boolean).length;
    if (this.#owner.unanswered(target, nowMs)) this.health.probeFailed(helpers.size, answered);
  }

  #result(to: Origin, sequence: number, target: Origin, acked: boolean): void {
    this.#owner.send(to, { kind: 'ping-result', sequence, target, acked });
  }

  #count(members: number): number {
    const { roundIntervals, probesMax } = this.#options;
    return Math.min(probesMax, Math.max(1, Math.ceil(members / roundIntervals)));
  }

  get #timeoutMs(): number {
    const { pingTimeoutMs, pingTimeoutMaxMs } = this.#options;
    return Math.min(pingTimeoutMaxMs, pingTimeoutMs * (this.health.value + 1));
  }
}
