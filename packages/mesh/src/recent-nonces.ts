const NONCES_MAX = 1_024;

/**
 * The nonces of the latest hellos, to tell a replay from a wrong key in counters and logs. Replays
 * are harmless without it: a proof covers the fresh nonce of the side that checks it.
 */
export class RecentNonces {
  readonly #nonces = new Set<string>();

  /** @returns whether it was new */
  add(nonce: Uint8Array): boolean {
    const text = Buffer.from(nonce).toString('base64');
    if (this.#nonces.has(text)) return false;
    this.#nonces.add(text);
    if (this.#nonces.size > NONCES_MAX)
      for (const oldest of this.#nonces) {
        this.#nonces.delete(oldest);
        break;
      }
    return true;
  }
}
