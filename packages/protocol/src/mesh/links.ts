import { type Origin, originId } from '@hearsay/spi';
import { type Link, newLink, silentForMs } from './link.js';

export interface LinksOptions {
  /** One heartbeat and its acknowledgement per link, each with a digest; `Infinity`: somebody else makes them. */
  readonly heartbeatMs: number;
  /** A link without an acknowledgement for this long is dropped and dialled anew. */
  readonly linkSilentMs: number;
}

/** Ticks come every 100 ms; one that is late by less than this is no stall. */
const STALL_MS_MIN = 500;

/** The admitted peers, when the next heartbeat is due to each, and who is silent. */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, Link>();
  #peers: readonly Origin[] = [];
  #tickAtMs: number | undefined;

  /** {@link LinksOptions.linkSilentMs}, which may follow the size of the view. */
  silentMs: number;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.silentMs = options.linkSilentMs;
  }

  get size(): number {
    return this.#links.size;
  }

  get peers(): readonly Origin[] {
    return this.#peers;
  }

  get all(): Link[] {
    return [...this.#links.values()];
  }

  /** Whether the vector of any peer was compared. */
  get anyCompared(): boolean {
    for (const link of this.#links.values()) if (link.compared) return true;
    return false;
  }

  has(id: string): boolean {
    return this.#links.has(id);
  }

  get(peer: Origin): Link | undefined {
    return this.#links.get(originId(peer));
  }

  /** @returns a new link; one that was there is replaced */
  add(peer: Origin, nowMs: number, sketches = true): Link {
    const link = newLink(peer, nowMs, sketches);
    this.#links.set(originId(peer), link);
    this.#peers = this.all.map((one) => one.peer);
    return link;
  }

  /** @returns whether it was there */
  delete(peer: Origin): boolean {
    const was = this.#links.delete(originId(peer));
    this.#peers = this.all.map((one) => one.peer);
    return was;
  }

  /** @returns whether the acknowledgement is one of this link */
  acknowledged(link: Link, beat: number, nowMs: number): boolean {
    if (beat < 1 || beat > link.beat) return false;
    if (beat === link.beat) {
      link.roundTripMs = nowMs - link.beatAtMs;
      link.asOfMs = link.beatAtMs;
    }
    link.ackAtMs = nowMs;
    return true;
  }

  /** The heartbeat `beat` goes out now; beats of one link only rise. */
  beats(peer: Origin, beat: number, nowMs: number): void {
    const link = this.get(peer);
    if (!link || beat <= link.beat) return;
    link.beat = beat;
    link.beatAtMs = nowMs;
  }

  /** @returns who has been silent for too long, and to whom a heartbeat goes now */
  tick(nowMs: number): { readonly silent: Link[]; readonly due: Link[] } {
    this.#forgiveOwnStall(nowMs);
    const silent: Link[] = [];
    const due: Link[] = [];
    for (const link of this.#links.values()) {
      if (silentForMs(link, nowMs) >= this.silentMs) silent.push(link);
      else if (this.#isDue(link, nowMs)) due.push(link);
    }
    for (const link of due) {
      link.beat++;
      link.beatAtMs = nowMs;
    }
    return { silent, due };
  }

  #isDue(link: Link, nowMs: number): boolean {
    const { heartbeatMs } = this.#options;
    return Number.isFinite(heartbeatMs) && nowMs - link.beatAtMs >= heartbeatMs;
  }

  /** A process that was stopped itself cannot say who was silent meanwhile. */
  #forgiveOwnStall(nowMs: number): void {
    const stallMs = nowMs - (this.#tickAtMs ?? nowMs) - STALL_MS_MIN;
    this.#tickAtMs = nowMs;
    if (stallMs <= 0) return;
    for (const link of this.#links.values()) link.ackAtMs = Math.min(nowMs, link.ackAtMs + stallMs);
  }
}
