import {
  type Announcement,
  type Coherence,
  type InvalidationEvent,
  type Origin,
  originId,
  type Sequence,
  sameOrigin,
} from '@hearsay/spi';
import { Contact } from './contact.js';
import type { MeshEffect } from './effect.js';
import { Gaps } from './gaps.js';
import type { MeshInput } from './input.js';
import { eventBytes, Journal } from './journal.js';
import { type Link, newLink, silentForMs } from './link.js';
import {
  type Digest,
  type EventRun,
  MESSAGE_LIMITS,
  type MeshMessage,
  type SequenceRange,
  type VectorEntry,
} from './message.js';
import { MESH_DEFAULTS, type MeshOptions } from './options.js';
import { Repair } from './repair.js';
import { VersionVector } from './version-vector.js';

/** What the machine counts. Counters only grow. */
export interface MeshCounters {
  published: number;
  delivered: number;
  duplicates: number;
  /** Events that came as the answer to a pull. */
  repaired: number;
  pullsSent: number;
  pullsAnswered: number;
  vectorsSent: number;
  gaps: number;
  /** Claims of a head that nobody could back with an event (rule F8). */
  unbackedClaims: number;
}

/**
 * Decides what one mesh node does next. Pure: time and randomness are arguments, what to do is
 * returned. Dissemination is the fast path; digests on every heartbeat are the guarantee: what a
 * peer has and this node has not is pulled, and what nobody has is declared as a gap.
 */
export class MeshMachine {
  readonly self: Origin;
  readonly counters: MeshCounters = {
    published: 0,
    delivered: 0,
    duplicates: 0,
    repaired: 0,
    pullsSent: 0,
    pullsAnswered: 0,
    vectorsSent: 0,
    gaps: 0,
    unbackedClaims: 0,
  };
  readonly #options: MeshOptions;
  readonly #vector: VersionVector;
  readonly #journal: Journal;
  readonly #repair: Repair;
  readonly #gaps: Gaps;
  readonly #contact: Contact;
  readonly #links = new Map<string, Link>();
  #sequence = 0;
  #coherence: Coherence = 'alone';
  #random = 0;
  #tickAtMs: number | undefined;

  constructor(self: Origin, options: Partial<MeshOptions> = {}) {
    this.self = self;
    this.#options = { ...MESH_DEFAULTS, ...options };
    this.#vector = new VersionVector(this.#options);
    this.#journal = new Journal(this.#options);
    this.#repair = new Repair(this.#vector, this.#options);
    this.#gaps = new Gaps(this.#vector, this.#repair);
    this.#contact = new Contact(this.#options);
  }

  get coherence(): Coherence {
    return this.#coherence;
  }

  /** The sequence of this node's newest event; 0 before the first. */
  get sequence(): Sequence {
    return this.#sequence as Sequence;
  }

  get links(): readonly Readonly<Link>[] {
    return [...this.#links.values()];
  }

  handle(input: MeshInput, nowMs: number): MeshEffect[] {
    switch (input.kind) {
      case 'publish':
        return this.#publish(input.announcements, nowMs);
      case 'events':
        return this.#receive(input.runs, nowMs);
      case 'message':
        return this.#message(input.from, input.message, nowMs);
      case 'link-up':
        return this.#settle(this.#linkUp(input.peer, nowMs), nowMs);
      case 'link-down':
        return this.#settle(this.#linkDown(input.peer, nowMs), nowMs);
      case 'others-known':
        this.#contact.setOthersKnown(input.count);
        return this.#settle([], nowMs);
      case 'gap-closed':
        this.#gaps.closed(input.gapId, nowMs);
        return this.#settle([], nowMs);
      case 'tick':
        return this.#settle(this.#tick(input.random, nowMs), nowMs);
    }
  }

  #publish(announcements: readonly Announcement[], nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    let first = this.#sequence + 1;
    let part: Announcement[] = [];
    let bytes = 0;
    const flush = () => {
      if (part.length === 0) return;
      const run = { origin: this.self, first: first as Sequence, announcements: part };
      effects.push({ kind: 'broadcast', message: { kind: 'events', runs: [run] } });
      first += part.length;
      part = [];
      bytes = 0;
    };
    for (const announcement of announcements) {
      const sequence = ++this.#sequence;
      this.#journal.add(this.self, sequence, announcement);
      this.#vector.add(this.self, sequence, nowMs);
      if (bytes > this.#options.pullBytesMax || part.length >= MESSAGE_LIMITS.eventsMax) flush();
      part.push(announcement);
      bytes += eventBytes(announcement);
    }
    flush();
    this.counters.published += announcements.length;
    return effects;
  }

  #receive(runs: readonly EventRun[], nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    const events: InvalidationEvent[] = [];
    for (const { origin, first, announcements } of runs) {
      if (sameOrigin(origin, this.self)) continue;
      announcements.forEach((announcement, i) => {
        const sequence = (first + i) as Sequence;
        if (this.#vector.add(origin, sequence, nowMs)) {
          this.#journal.add(origin, sequence, announcement);
          events.push({ ...announcement, origin, sequence });
        } else this.counters.duplicates++;
      });
      effects.push(...this.#declared(this.#gaps.seen(origin)));
    }
    this.counters.delivered += events.length;
    if (events.length > 0) effects.unshift({ kind: 'deliver', events });
    return effects;
  }

  #message(from: Origin, message: MeshMessage, nowMs: number): MeshEffect[] {
    const link = this.#links.get(originId(from));
    if (!link) return [];
    switch (message.kind) {
      case 'events':
        return this.#eventsFrom(from, message.runs, nowMs);
      case 'heartbeat':
        return this.#settle(this.#heartbeat(link, message.beat, message.digest, nowMs), nowMs);
      case 'heartbeat-ack':
        return this.#settle(this.#acknowledged(link, message.beat, message.digest, nowMs), nowMs);
      case 'vector':
        return this.#settle(this.#compare(link, message.entries, message.reply, nowMs), nowMs);
      case 'pull':
        return this.#answerPull(from, message.ranges);
      case 'missing':
        this.#repair.lacks(from, message.ranges);
        return this.#settle(this.#repairNow(nowMs), nowMs);
      case 'leave':
        this.#links.delete(originId(from));
        this.#repair.forgetPeer(from);
        this.#contact.settled(from);
        return this.#settle([{ kind: 'close-link', peer: from, reason: 'left' }], nowMs);
    }
  }

  #eventsFrom(from: Origin, runs: readonly EventRun[], nowMs: number): MeshEffect[] {
    const before = this.counters.delivered;
    const effects = this.#receive(runs, nowMs);
    if (!this.#repair.answered(from, runs)) return effects;
    this.counters.repaired += this.counters.delivered - before;
    return this.#settle([...effects, ...this.#repairNow(nowMs)], nowMs);
  }

  #linkUp(peer: Origin, nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    for (const other of this.#links.values())
      if (other.peer.node === peer.node && !sameOrigin(other.peer, peer)) {
        this.#links.delete(originId(other.peer));
        this.#repair.forgetPeer(other.peer);
        effects.push({ kind: 'close-link', peer: other.peer, reason: 'restarted' });
      }
    this.#contact.settled(peer);
    // Admission is a round trip that the peer acknowledged.
    this.#contact.acknowledged(nowMs);
    this.#links.set(originId(peer), newLink(peer, nowMs, !this.#options.repair));
    if (this.#options.repair) effects.push(this.#sendVector(peer, false));
    return effects;
  }

  #linkDown(peer: Origin, nowMs: number): MeshEffect[] {
    if (!this.#links.delete(originId(peer))) return [];
    this.#repair.forgetPeer(peer);
    this.#contact.lost(peer, nowMs);
    return [];
  }

  #heartbeat(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    const ack: MeshMessage = { kind: 'heartbeat-ack', beat, digest: this.#vector.digest() };
    return [{ kind: 'send', to: link.peer, message: ack }, ...this.#digest(link, digest, nowMs)];
  }

  #acknowledged(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    if (beat < 1 || beat > link.beat) return [];
    if (beat === link.beat) link.roundTripMs = nowMs - link.beatAtMs;
    link.ackAtMs = nowMs;
    this.#contact.acknowledged(nowMs);
    return this.#digest(link, digest, nowMs);
  }

  #digest(link: Link, digest: Digest, nowMs: number): MeshEffect[] {
    if (!this.#options.repair || this.#vector.agreesWith(digest)) {
      link.mismatches = 0;
      link.compared = true;
      return [];
    }
    for (const head of digest.heads) this.#claim(link, head.origin, head.sequence, nowMs);
    if (++link.mismatches < 2) return [];
    link.mismatches = 0;
    return [this.#sendVector(link.peer, true)];
  }

  #compare(
    link: Link,
    entries: readonly VectorEntry[],
    reply: boolean,
    nowMs: number,
  ): MeshEffect[] {
    if (!this.#options.repair) return [];
    this.#gaps.join(entries.filter((entry) => !sameOrigin(entry.origin, this.self)));
    for (const entry of entries)
      this.#claim(link, entry.origin, entry.above.at(-1)?.to ?? entry.contiguous, nowMs);
    link.compared = true;
    return reply ? [this.#sendVector(link.peer, false)] : [];
  }

  #claim(link: Link, origin: Origin, head: number, nowMs: number): void {
    if (!sameOrigin(origin, this.self)) this.#repair.claim(link.peer, origin, head, nowMs);
  }

  #answerPull(to: Origin, ranges: readonly SequenceRange[]): MeshEffect[] {
    this.counters.pullsAnswered++;
    const { runs, missing } = this.#journal.read(ranges, this.#options.pullBytesMax);
    const effects: MeshEffect[] = [];
    if (runs.length > 0) effects.push({ kind: 'send', to, message: { kind: 'events', runs } });
    if (missing.length > 0)
      effects.push({ kind: 'send', to, message: { kind: 'missing', ranges: missing } });
    return effects;
  }

  #tick(random: number, nowMs: number): MeshEffect[] {
    this.#random = random;
    this.#forgiveOwnStall(nowMs);
    const effects: MeshEffect[] = [];
    for (const link of this.#links.values()) {
      if (silentForMs(link, nowMs) >= this.#options.linkSilentMs) {
        effects.push(...this.#linkDown(link.peer, nowMs));
        effects.push({ kind: 'close-link', peer: link.peer, reason: 'silent' });
      } else if (nowMs - link.beatAtMs >= this.#options.heartbeatMs) {
        link.beat++;
        link.beatAtMs = nowMs;
        const digest = this.#vector.digest();
        const message: MeshMessage = { kind: 'heartbeat', beat: link.beat, digest };
        effects.push({ kind: 'send', to: link.peer, message });
      }
    }
    this.#vector.age(nowMs, (origin) => this.#isLinked(origin));
    return [...effects, ...this.#repairNow(nowMs)];
  }

  /** A process that was stopped itself cannot say who was silent meanwhile. */
  #forgiveOwnStall(nowMs: number): void {
    const stallMs = nowMs - (this.#tickAtMs ?? nowMs) - this.#options.heartbeatMs;
    this.#tickAtMs = nowMs;
    if (stallMs <= 0) return;
    for (const link of this.#links.values())
      link.ackAtMs = Math.min(nowMs, link.ackAtMs + stallMs);
  }

  #repairNow(nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    const { pulls, unobtainable } = this.#repair.next(nowMs, this.#random);
    for (const [to, ranges] of pulls) {
      this.counters.pullsSent++;
      effects.push({ kind: 'send', to, message: { kind: 'pull', ranges } });
    }
    for (const { origin, ranges, backed } of unobtainable)
      if (backed) effects.push(...this.#declared(this.#gaps.declare(origin, ranges)));
      else this.counters.unbackedClaims++;
    return effects;
  }

  #declared(effects: MeshEffect[]): MeshEffect[] {
    this.counters.gaps += effects.length;
    return effects;
  }

  #sendVector(to: Origin, reply: boolean): MeshEffect {
    this.counters.vectorsSent++;
    return { kind: 'send', to, message: { kind: 'vector', entries: this.#vector.entries(), reply } };
  }

  #isLinked(origin: Origin): boolean {
    return sameOrigin(origin, this.self) || this.#links.has(originId(origin));
  }

  /** Appends the change of coherence, if there is one, to the effects of an input. */
  #settle(effects: MeshEffect[], nowMs: number): MeshEffect[] {
    const coherence = this.#coherenceNow(nowMs);
    if (coherence === this.#coherence) return effects;
    this.#coherence = coherence;
    if (coherence === 'isolated')
      for (const link of this.#links.values()) link.compared = !this.#options.repair;
    return [...effects, { kind: 'coherence', coherence }];
  }

  #coherenceNow(nowMs: number): Coherence {
    const contact = this.#contact.state(nowMs, this.#links.size);
    if (contact !== 'answered') return contact;
    const compared = this.links.some((link) => link.compared);
    const missing = this.#repair.oldestMs(nowMs) > this.#options.catchingUpAfterMs;
    return compared && !missing && this.#gaps.open === 0 ? 'coherent' : 'catching-up';
  }
}
