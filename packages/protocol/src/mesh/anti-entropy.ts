import { type Origin, sameOrigin } from '@hearsay/spi';
import type { MeshEffect } from './effect.js';
import type { Link } from './link.js';
import { type Digest, highestTold, type VectorEntry } from './message.js';
import type { Past } from './past.js';
import type { Repair } from './repair.js';
import type { VersionVector } from './version-vector.js';

/** Digests in a row that must disagree before vectors travel (rule M3). */
const PATIENCE_MIN = 2;
/** Where comparing again and again finds nothing to repair, as with a peer that claims what nobody has. */
const PATIENCE_MAX = 32;

/**
 * Compares what a peer has with what is here: by digest on every heartbeat and, where that
 * disagrees, by vector. What the peer has and this node has not is claimed for repair.
 */
export class AntiEntropy {
  readonly #self: Origin;
  readonly #vector: VersionVector;
  readonly #past: Past;
  readonly #repair: Repair;
  readonly #enabled: boolean;

  constructor(self: Origin, vector: VersionVector, past: Past, repair: Repair, enabled: boolean) {
    this.#self = self;
    this.#vector = vector;
    this.#past = past;
    this.#repair = repair;
    this.#enabled = enabled;
  }

  /** Contact begins, or begins anew: vectors are compared before anything is believed. */
  begin(link: Link): void {
    link.compared = !this.#enabled;
    link.mismatches = 0;
    link.patience = 1;
  }

  /** @returns the vector that opens a link */
  greet(link: Link): MeshEffect[] {
    return this.#enabled ? [this.#tell(link, false)] : [];
  }

  digest(link: Link, digest: Digest, nowMs: number): MeshEffect[] {
    if (!this.#enabled) return [];
    if (link.compared && this.#vector.agreesWith(digest)) {
      link.mismatches = 0;
      link.patience = PATIENCE_MIN;
      return [];
    }
    // Until vectors were compared the past of a joining node cannot be told from what it missed.
    if (link.compared)
      for (const head of digest.heads) this.#claim(link, head.origin, head.sequence, nowMs);
    if (++link.mismatches < link.patience) return [];
    link.mismatches = 0;
    return [this.#tell(link, true)];
  }

  /** @returns the answer, if one is wanted, and the origins whose past has become a gap */
  compare(
    link: Link,
    entries: readonly VectorEntry[],
    reply: boolean,
    nowMs: number,
  ): { readonly effects: MeshEffect[]; readonly proven: readonly Origin[] } {
    if (!this.#enabled) return { effects: [], proven: [] };
    const others = entries.filter((entry) => !sameOrigin(entry.origin, this.#self));
    const proven = this.#past.join(link.peer, others);
    let claimed = false;
    for (const entry of others)
      claimed = this.#claim(link, entry.origin, highestTold(entry), nowMs) || claimed;
    link.compared = true;
    link.patience = claimed ? PATIENCE_MIN : nextPatience(link.patience);
    return { effects: reply ? [this.#tell(link, false)] : [], proven };
  }

  #claim(link: Link, origin: Origin, head: number, nowMs: number): boolean {
    if (sameOrigin(origin, this.#self)) return false;
    return this.#repair.claim(link.peer, origin, head, nowMs);
  }

  #tell(link: Link, reply: boolean): MeshEffect {
    const entries = this.#vector.entries();
    return { kind: 'send', to: link.peer, message: { kind: 'vector', entries, reply } };
  }
}

function nextPatience(patience: number): number {
  return Math.min(PATIENCE_MAX, Math.max(PATIENCE_MIN, patience * 2));
}
