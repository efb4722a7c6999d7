import {
  type Announcement,
  type Coherence,
  type InvalidationEvent,
  type Origin,
  originId,
  type Sequence,
  sameOrigin,
} from '@hearsay/spi';
import { AntiEntropy, type ComparisonMessage } from './anti-entropy.js';
import { Claims } from './claims.js';
import { CoherenceGauge } from './coherence-gauge.js';
import { Contact } from './contact.js';
import { countEffects, type MeshCounters, newCounters } from './counters.js';
import type { MeshEffect } from './effect.js';
import { Gaps } from './gaps.js';
import { Horizon } from './horizon.js';
import type { MeshInput } from './input.js';
import { Journal } from './journal.js';
import type { Link } from './link.js';
import { Links } from './links.js';
import type { Digest, EventRun, MeshMessage } from './message.js';
import { MESH_DEFAULTS, type MeshOptions } from './options.js';
import { Past } from './past.js';
import { Repair } from './repair.js';
import { runsOf } from './runs.js';
import type { Range } from './sequence-set.js';
import { Supply } from './supply.js';
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
  readonly #supply: Supply;
  readonly #past: Past;
  readonly #repair: Repair;
  readonly #horizon = new Horizon();
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
    this.#supply = new Supply(this.#journal, this.#options);
    const hooks = {
      isLinked: (id: string) => this.#links.has(id),
      forgotten: (id: string) => this.#journal.forget(id),
    };
    this.#vector = new VersionVector(self, this.#options, hooks, this.#options.origins);
    this.#past = new Past(this.#vector);
    this.#repair = new Repair(this.#vector, this.#past, this.#options);
    const claims = new Claims(
      self,
      this.#vector,
      this.#past,
      this.#repair,
      this.#horizon,
      this.#options,
    );
    this.#antiEntropy = new AntiEntropy(this.#vector, claims, this.#horizon, this.#options);
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

  digest(nowMs: number): Digest {
    return this.#vector.digest(nowMs);
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
    this.#horizon.at(nowMs);
    const effects = [...this.#decide(input, nowMs), ...this.#coherenceChange(nowMs)];
    countEffects(this.counters, effects);
    this.counters.pullsDropped = this.#supply.dropped;
    this.counters.comparisonsRefused = this.#antiEntropy.refused;
    this.counters.originsEvicted = this.#vector.evicted;
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
        return this.#linkUp(input.peer, input.sketches ?? true, nowMs);
      case 'link-down':
        return this.#linkDown(input.peer, nowMs);
      case 'needs-sync':
        return this.#needsSync(input.peer);
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
      case 'sketch':
      case 'sketch-request':
      case 'difference':
        return this.#compare(link, message, nowMs);
      case 'pull':
        this.counters.pullsAnswered++;
        return this.#supply.pull(from, message.ranges, nowMs);
      case 'missing':
        this.#repair.lacks(from, message.ranges);
        return this.#repairNow(nowMs);
      case 'leave':
        this.#forgetLink(from, nowMs);
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
      const heardAtMs = this.#repair.heardAtMs(origin, first + announcements.length - 1, nowMs);
      for (const [i, announcement] of announcements.entries()) {
        const sequence = (first + i) as Sequence;
        if (!this.#vector.add(origin, sequence, nowMs, heardAtMs)) {
          this.counters.duplicates++;
          continue;
        }
        this.#journal.add(origin, sequence, announcement);
        events.push({ ...announcement, origin, sequence });
      }
      gaps.push(...this.#pastIsReal(origin, nowMs));
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

  #linkUp(peer: Origin, sketches: boolean, nowMs: number): MeshEffect[] {
    const effects: MeshEffect[] = [];
    for (const other of this.#options.supersede ? this.#links.peers : []) {
      if (other.node !== peer.node || sameOrigin(other, peer)) continue;
      this.#forgetLink(other, nowMs);
      effects.push({ kind: 'close-link', peer: other, reason: 'restarted' });
    }
    const former = this.#links.get(peer);
    if (former) this.#partFrom(former);
    const link = this.#links.add(peer, nowMs, sketches);
    this.#horizon.met(link);
    this.#antiEntropy.begin(link);
    // Admission is a round trip that the peer acknowledged.
    this.#contact.acknowledged(nowMs);
    const lostForMs = this.#contact.settled(peer, nowMs);
    if (!sketches && lostForMs >= this.#options.silentOriginMs)
      effects.push(...this.#blind(peer, nowMs));
    return [...effects, ...this.#antiEntropy.greet(link, nowMs)];
  }

  /** The peer may have let go of origins of which this node never heard (rules M3, F8). */
  #blind(peer: Origin, nowMs: number): MeshEffect[] {
    if (!this.#options.repair) return [];
    this.#horizon.declared(nowMs);
    const reason = `${originId(peer)} may have heard of origins of which it does not tell any more`;
    return this.#gaps.declareUnknown(reason);
  }

  #linkDown(peer: Origin, nowMs: number): MeshEffect[] {
    if (this.#forgetLink(peer, nowMs)) this.#contact.lost(peer, nowMs);
    return [];
  }

  #forgetLink(peer: Origin, nowMs: number): boolean {
    const link = this.#links.get(peer);
    if (link) this.#partFrom(link);
    if (link) this.#vector.parted(peer, nowMs);
    this.#repair.forgetPeer(peer);
    this.#past.forgetPeer(peer);
    this.#supply.forgetPeer(peer);
    return this.#links.delete(peer);
  }

  #partFrom(link: Link): void {
    this.#horizon.repaired(link, this.#repair.missingSinceMs());
    this.#horizon.parted(link);
  }

  #needsSync(peer: Origin): MeshEffect[] {
    const link = this.#links.get(peer);
    if (link) this.#antiEntropy.needsSync(link);
    return [];
  }

  #heartbeat(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    const ack: MeshMessage = { kind: 'heartbeat-ack', beat, digest: this.#vector.digest(nowMs) };
    return [
      { kind: 'send', to: link.peer, message: ack },
      ...this.#digest(link, digest, false, nowMs),
    ];
  }

  #acknowledged(link: Link, beat: number, digest: Digest, nowMs: number): MeshEffect[] {
    if (!this.#links.acknowledged(link, beat, nowMs)) return [];
    this.#contact.acknowledged(nowMs);
    return this.#digest(link, digest, beat === link.beat, nowMs);
  }

  #digest(link: Link, digest: Digest, answers: boolean, nowMs: number): MeshEffect[] {
    const { effects, isBlind } = this.#antiEntropy.digest(link, digest, answers, nowMs);
    return isBlind ? [...effects, ...this.#blind(link.peer, nowMs)] : effects;
  }

  #compare(link: Link, message: ComparisonMessage, nowMs: number): MeshEffect[] {
    const wasCompared = link.compared;
    const { effects, proven, isBlind } = this.#antiEntropy.handle(link, message, nowMs);
    if (link.compared && !wasCompared) this.#gauge.learned(nowMs);
    const gaps = proven.flatMap((origin) => this.#pastIsReal(origin, nowMs));
    return [...effects, ...gaps, ...(isBlind ? this.#blind(link.peer, nowMs) : [])];
  }

  #pastIsReal(origin: Origin, nowMs: number): MeshEffect[] {
    const { ranges, isLost } = this.#past.seen(origin);
    if (ranges.length === 0) return [];
    if (isLost) return this.#lost(origin, ranges, 'before this node joined', nowMs);
    for (const range of ranges) this.#vector.close(origin, range, nowMs);
    return [];
  }

  #lost(origin: Origin, ranges: readonly Range[], why: string, nowMs: number): MeshEffect[] {
    const gap = this.#gaps.declare(origin, ranges, why, nowMs);
    this.#repair.seen(origin, nowMs);
    return gap;
  }

  #tick(random: number, nowMs: number): MeshEffect[] {
    this.#random = random;
    const { silent, due } = this.#links.tick(nowMs);
    const effects: MeshEffect[] = [];
    for (const { peer } of silent) {
      this.#linkDown(peer, nowMs);
      effects.push({ kind: 'close-link', peer, reason: 'silent' });
    }
    const digest = this.#vector.digest(nowMs);
    for (const { peer, beat } of due)
      effects.push({ kind: 'send', to: peer, message: { kind: 'heartbeat', beat, digest } });
    this.#vector.age(nowMs);
    return [...effects, ...this.#supply.tick(nowMs), ...this.#repairNow(nowMs)];
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
      compared: this.#links.anyCompared,
      missingSinceMs: this.#repair.missingSinceMs(),
      gapsOpen: this.#gaps.open,
    };
    const coherence = this.#gauge.update(facts, nowMs);
    if (coherence === undefined) return [];
    if (coherence === 'isolated') for (const link of this.#links.all) this.#antiEntropy.begin(link);
    return [{ kind: 'coherence', coherence }];
  }
}
