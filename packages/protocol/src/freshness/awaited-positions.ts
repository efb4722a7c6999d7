import type { AppliedPosition, Scope } from '@hearsay/spi';

/**
 * Positions that readers with a token wait for. Gossip is given a grace to bring them; only then is
 * the log asked. One per scope, the highest: what brings it brings the lower ones.
 */
export class AwaitedPositions {
  readonly #positions = new Map<Scope, AppliedPosition>();
  #dueMs = Number.POSITIVE_INFINITY;

  add(position: AppliedPosition, dueMs: number): void {
    const other = this.#positions.get(position.scope);
    if (other === undefined || other.version < position.version)
      this.#positions.set(position.scope, position);
    this.#dueMs = Math.min(this.#dueMs, dueMs);
  }

  /** When the log is to be asked; `Infinity` when nobody waits. */
  dueMs(): number {
    return this.#dueMs;
  }

  /** @returns whether one of them is not reached yet; nobody waits here afterwards */
  take(hasReached: (position: AppliedPosition) => boolean): boolean {
    const unreached = [...this.#positions.values()].some((position) => !hasReached(position));
    this.clear();
    return unreached;
  }

  /** A poll that is sent now covers them all: their writes are committed. */
  clear(): void {
    this.#positions.clear();
    this.#dueMs = Number.POSITIVE_INFINITY;
  }
}
