import {
  type Announcement,
  type Coherence,
  type InvalidationEvent,
  type Origin,
  originId,
  type Sequence,
  sameOrigin,
} from '@hearsay/spi';
import { AntiEntropy } from './anti-entropy.js';
import { CoherenceGauge } from './coherence-gauge.js';
import { Contact } from './contact.js';
import { countEffects, type MeshCounters, newCounters } from './counters.js';
import type { MeshEffect } from './effect.js';
import { Gaps } from './gaps.js';
import type { MeshInput } from './input.js';
import { Journal } from './journal.js';
import type { Link } from './link.js';
import { Links } from './links.js';
import type { Digest, EventRun, MeshMessage, SequenceRange, VectorEntry } from './message.js';
import { MESH_DEFAULTS, type MeshOptions } from './options.js';
import { Past } from './past.js';
import { Repair } from './repair.js';
import { runsOf } from './runs.js';
import type { Range } from './sequence-set.js';
import { VersionVector } from './version-vector.js';

/**
 * Decides what one mesh node does next. Pure: time and randomness are arguments, what to do is
 * returned. Dissemination is the fast path; digests on every heartbeat are the guarantee: what a
 * peer has and this node has not is pulled, and what nobody has is declared as a gap.
 */
export class MeshMachine {
  readonly self: Origin;
  readonly counters: MeshCounters = newCounters();
  readonly #options: MeshOptions;
  readonly #vector: VersionVector;
  readonly #journal: Journal;
  readonly #past: Past;
  readonly #repair: Repair;
  readonly #antiEntropy: AntiEntropy;
  readonly #gaps: Gaps;
  readonly #contact: Contact;
  readonly #gauge: CoherenceGauge;
  readonly #links: Links;
  #sequence = 0;
  #random = 0;

  constructor(self: Origin, options: Partial<MeshOptions> = {}) {
    this.self = self;
    this.#options = { ...MESH_DEFAULTS, ...options };
    this.#links = new Links(this.#options);
    this.#journal = new Journal(this.#options);
    this.#vector = new VersionVector(self, this.#options, {
      isLinked: (id) => this.#links.has(id),
      forgotten: (id) => this.#journal.forget(id),
    });
    this.#past = new Past(this.#vector);
    this.#repair = new Repair(this.#vector, this.#past, this.#options);
    const { repair } = this.#options;
    this.#antiEntropy = new AntiEntropy(self, this.#vector, this.#past, this.#repair, repair);
    this.#gaps = new Gaps(this.#vector);
    this.#contact = new Contact(this.#options);
    this.#gauge = new CoherenceGauge(this.#options);
  }

  get coherence(): Coherence {
    return this.#gauge.coherence;
  }

  /** The sequence of this node's newest event; 0 before the first. */
  get sequence(): Sequence {
    return this.#sequence as Sequence;
  }

  get links(): readonly Readonly<Link>[] {
    return this.#links.all;
  }

  digest(): Digest {
    return this.#vector.digest();
  }

  /** A heartbeat that somebody else made goes to this peer now. */
  beats(peer: Origin, beat: number, nowMs: number): void {
    this.#links.beats(peer, beat, nowMs);
  }

  /** From now on a link is dropped when it was silent for this long. */
  setLinkSilentMs(linkSilentMs: number): void {
    this.#links.silentMs = linkSilentMs;
  }

  handle(input: MeshInput, nowMs: number): MeshEffect[] {
    const effects = [...this.#decide(input, nowMs), ...this.#coherenceChange(nowMs)];
    countEffects(this.counters, effects);
    return effects;
  }

  #decide(input: MeshInput, nowMs: number): MeshEffect[] {
    switch (input.kind) {
      case 'publish':
        return this.#publish(input.announcements, nowMs);
      case 'events':
        return this.#receive(input.runs, nowMs);
      case 'message':
        return this.#message(input.from, input.message, nowMs);
      case 'link-up':
        return this.#linkUp(input.peer, nowMs);
      case 'link-down':
        return this.#linkDown(input.peer, nowMs);
      case 'others-known':
        this.#contact.setOthersKnown(input.count);
        return [];
      case 'gap-closed':
        return this.#gaps.closed(input.gapId);
      case 'tick':
        return this.#tick(input.random, nowMs);
    }
  }

  #message(from: Origin, message: MeshMessage, nowMs: number): MeshEffect[] {
    const link = this.#links.get(from);
    if (!link) return [];
    switch (message.kind) {
      case 'events':
        return this.#eventsFrom(from, message.runs, nowMs);
      case 'heartbeat':
        return this.#heartbeat(link, message.beat, message.digest, nowMs);
      case 'heartbeat-ack':
        return this.#acknowledged(link, message.beat, message.digest, nowMs);
      case 'vector':
        return this.#compare(link, message.entries, message.reply, nowMs);
      case 'pull':
        return this.#answerPull(from, message.ranges);
      case 'missing':
        this.#repair.lacks(from, message.ranges);
        return this.#repairNow(nowMs);
      case 'leave':
        this.#forgetLink(from);
        this.#contact.settled(from, nowMs);
        return [{ kind: 'close-link', peer: from, reason: 'left' }];
    }
  }

  #publish(announcements: readonly Announcement[], nowMs: number): MeshEffect[] {
    const first = this.#sequence + 1;
    for (const announcement of announcements) {
      this.#sequence++;
      this.#journal.add(this.self, this.#sequence, announcement);
      this.#vector.add(this.self, this.#sequence, nowMs);
    }
    this.counters.published += announcements.length;
    const runs = runsOf(this.self, first, announcements, this.#options.pullBytesMax);
    return runs.map((run) => ({ kind: 'broadcast', message: { kind: 'events', runs: [run] } }));
  }

  #receive(runs: readonly EventRun[], nowMs: number): MeshEffect[] {
    const events: InvalidationEvent[] = [];
    const gaps: MeshEffect[] = [];
    for (const { origin, first, announcements } of runs) {
      if (sameOrigin(origin, this.self)) continue;
      for (const [i, announcement] of announcements.entries()) {
        const sequence = (first + i) as Sequence;
        if (!this.#vector.add(origin, sequence, nowMs)) {
          this.counters.duplicates++;
          continue;
        }
        this.#journal.add(origin, sequence, announcement);
        events.push({ ...announcement, origin, sequence });
      }
      gaps.push(...this.#pastIsLost(origin, nowMs));
      if (this.#options.repair) this.#repair.seen(origin, nowMs);
    }
    return events.length > 0 ? [{ kind: 'deliver', events }, ...gaps] : gaps;
  }

  #eventsFrom(from: Origin, runs: readonly EventRun[], nowMs: number): MeshEffect[] {
    const effects = this.#receive(runs, nowMs);
    if (!this.#repair.answered(from, runs)) return effects;
    for (const effect of effects)
      if (effect.kind === 'deliver') this.counters.repaired += effect.events.length;
    return [...effects, ...this.#repairNow(nowMs)];
  }

  #linkUp(peer: Origin, nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    for (const other of this.#options.supersede ? this.#links.peers : []) {
      if (other.node !== peer.node || sameOrigin(other, peer)) continue;
      this.#forgetLink(other);
      effects.push({ kind: 'close-link', peer: other, reason: 'restarted' });
    }
    const link = this.#links.add(peer, nowMs);
    this.#antiEntropy.begin(link);
    // Admission is a round trip that the peer acknowledged.
    this.#contact.acknowledged(nowMs);
    effects.push(...this.#awayTooLong(peer, this.#contact.settled(peer, nowMs)));
    return [...effects, ...this.#antiEntropy.greet(link)];
  }

  /** Who was cut off for longer than G may have forgotten origins that this node never heard of (rule M3). */
  #awayTooLong(peer: Origin, lostForMs: number): MeshEffect[] {
    if (lostForMs < this.#options.silentOriginMs || !this.#options.repair) return [];
    const reason = `${originId(peer)} was out of reach for longer than silent origins are told of`;
    return this.#gaps.declareUnknown(reason);
  }

  #linkDown(peer: Origin, nowMs: number): MeshEffect[] {
    if (this.#forgetLink(peer)) this.#contact.lost(peer, nowMs);
    return [];
  }

  #forgetLink(peer: Origin): boolean {
    this.#repair.forgetPeer(peer);
    this.#past.forgetPeer(peer);
    return this.#links.delete(peer);
  }

  #heartbeat(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    const ack: MeshMessage = { kind: 'heartbeat-ack', beat, digest: this.#vector.digest() };
    return [
      { kind: 'send', to: link.peer, message: ack },
      ...this.#antiEntropy.digest(link, digest, nowMs),
    ];
  }

  #acknowledged(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    if (!this.#links.acknowledged(link, beat, nowMs)) return [];
    this.#contact.acknowledged(nowMs);
    return this.#antiEntropy.digest(link, digest, nowMs);
  }

  #compare(
    link: Link,
    entries: readonly VectorEntry[],
    reply: boolean,
    nowMs: number,
  ): MeshEffect[] {
    if (!link.compared) this.#gauge.learned(nowMs);
    const { effects, proven } = this.#antiEntropy.compare(link, entries, reply, nowMs);
    const gaps = proven.flatMap((origin) => this.#pastIsLost(origin, nowMs));
    return [...effects, ...gaps];
  }

  #pastIsLost(origin: Origin, nowMs: number): MeshEffect[] {
    const lost = this.#past.seen(origin);
    if (lost.length === 0) return [];
    return this.#lost(origin, lost, 'before this node joined', nowMs);
  }

  #lost(origin: Origin, ranges: readonly Range[], why: string, nowMs: number): MeshEffect[] {
    const gap = this.#gaps.declare(origin, ranges, why, nowMs);
    this.#repair.seen(origin, nowMs);
    return gap;
  }

  #answerPull(to: Origin, ranges: readonly SequenceRange[]): MeshEffect[] {
    this.counters.pullsAnswered++;
    const { runs, missing } = this.#journal.read(ranges, this.#options.pullBytesMax);
    const effects: MeshEffect[] = [];
    // In this order, so that the events are the end of the answer.
    if (missing.length > 0)
      effects.push({ kind: 'send', to, message: { kind: 'missing', ranges: missing } });
    if (runs.length > 0) effects.push({ kind: 'send', to, message: { kind: 'events', runs } });
    return effects;
  }

  #tick(random: number, nowMs: number): MeshEffect[] {
    this.#random = random;
    const { silent, due } = this.#links.tick(nowMs);
    const effects: MeshEffect[] = [];
    for (const { peer } of silent) {
      this.#linkDown(peer, nowMs);
      effects.push({ kind: 'close-link', peer, reason: 'silent' });
    }
    const digest = this.#vector.digest();
    for (const { peer, beat } of due)
      effects.push({ kind: 'send', to: peer, message: { kind: 'heartbeat', beat, digest } });
    this.#vector.age(nowMs);
    return [...effects, ...this.#repairNow(nowMs)];
  }

  #repairNow(nowMs: number): MeshEffect[] {
    const { peers } = this.#links;
    const hears = this.#contact.state(nowMs, peers.length) !== 'isolated';
    const { pulls, lost, refuted } = this.#repair.next(nowMs, this.#random, peers, hears);
    this.counters.unbackedClaims += refuted.length;
    for (const origin of refuted) this.#past.refuted(origin);
    const gaps = lost.flatMap(({ origin, ranges }) =>
      this.#lost(origin, ranges, 'in no reachable journal', nowMs),
    );
    const sends = pulls.map(
      ({ to, ranges }): MeshEffect => ({ kind: 'send', to, message: { kind: 'pull', ranges } }),
    );
    return [...sends, ...gaps];
  }

  #coherenceChange(nowMs: number): MeshEffect[] {
    const facts = {
      contact: this.#contact.state(nowMs, this.#links.size),
      compared: this.#links.all.some((link) => link.compared),
      missingSinceMs: this.#repair.missingSinceMs(),
      gapsOpen: this.#gaps.open,
    };
    const coherence = this.#gauge.update(facts, nowMs);
    if (coherence === undefined) return [];
    if (coherence === 'isolated') for (const link of this.#links.all) this.#antiEntropy.begin(link);
    return [{ kind: 'coherence', coherence }];
  }
}
