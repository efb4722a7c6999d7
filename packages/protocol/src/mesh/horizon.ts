import { originId } from '@hearsay/spi';
import type { Link } from './link.js';

/** A connection that was replaced may still bring what was said on it, for so long. */
const OVERTAKEN_MS = 5_000;
/** Peers without a link of whom it is remembered how far they were compared with. */
const PEERS_MAX = 1_024;

/**
 * How far back comparing tells what is missing here. Digests and vectors do not speak of who was silent
 * for long. So whoever has not had all of what a peer had since the peer learned something of such an
 * origin may have missed it, and nobody can say what (rules M3, F8).
 */
export class Horizon {
  /** Nothing from before is missing: this node began then, or took everything for missing. */
  #soundSinceMs: number | undefined;
  /** By peer, the longest parted first. */
  readonly #parted = new Map<string, number>();

  /** To be told of every moment; the first is when this node began. */
  at(nowMs: number): void {
    this.#soundSinceMs ??= nowMs;
  }

  /** A gap that covers whatever may be missing is declared. */
  declared(nowMs: number): void {
    this.#soundSinceMs = nowMs;
  }

  /** An answer to the newest beat: the peer has nothing that is not here. */
  agreed(link: Link): void {
    link.soundAsOfMs = Math.max(link.soundAsOfMs, link.asOfMs);
    link.pending = undefined;
  }

  /** All that the peer has and this node has not is wanted now. */
  compared(link: Link, nowMs: number): void {
    link.pending ??= { asOfMs: link.asOfMs - OVERTAKEN_MS, atMs: nowMs };
  }

  /** @param missingSinceMs since when the longest missing is missed */
  repaired(link: Link, missingSinceMs: number): void {
    const { pending } = link;
    if (!pending || missingSinceMs <= pending.atMs) return;
    link.soundAsOfMs = Math.max(link.soundAsOfMs, pending.asOfMs);
    link.pending = undefined;
  }

  /** The link is gone. */
  parted({ peer, soundAsOfMs }: Link): void {
    const id = originId(peer);
    this.#parted.delete(id);
    const longest = this.#parted.keys().next().value;
    if (this.#parted.size >= PEERS_MAX && longest !== undefined) this.#parted.delete(longest);
    this.#parted.set(id, soundAsOfMs);
  }

  /** The link is new. Of a peer that is not remembered nothing was ever compared. */
  met(link: Link): void {
    const id = originId(link.peer);
    link.soundAsOfMs = this.#parted.get(id) ?? Number.NEGATIVE_INFINITY;
    this.#parted.delete(id);
  }

  /**
   * @param leftOutAtMs when the peer last learned anything of those of whom it does not tell any more
   * @returns whether this node may have missed it
   */
  hides({ soundAsOfMs }: Link, leftOutAtMs: number): boolean {
    return leftOutAtMs > soundAsOfMs && !this.isSound(leftOutAtMs);
  }

  /**
   * @param heardAtMs of the peer's own newest event
   * @returns whether all that the peer itself ever published was here, although it is not known any more
   */
  hadAllOf({ soundAsOfMs }: Link, heardAtMs: number): boolean {
    return heardAtMs <= soundAsOfMs || this.isSound(heardAtMs);
  }

  /** @returns whether nothing that was published by then is missing here */
  isSound(atMs: number): boolean {
    return atMs <= (this.#soundSinceMs ?? Number.NEGATIVE_INFINITY);
  }
}
