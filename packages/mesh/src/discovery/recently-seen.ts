import type { DiscoveredNode } from '@hearsay/spi';

/** Nodes that were heard of lately. Whoever comes when it is full is ignored until others go. */
export class RecentlySeen {
  readonly #max: number;
  readonly #forgottenAfterMs: number;
  readonly #seen = new Map<string, { readonly node: DiscoveredNode; readonly atMs: number }>();

  constructor(max: number, forgottenAfterMs: number) {
    this.#max = max;
    this.#forgottenAfterMs = forgottenAfterMs;
  }

  see(id: string, node: DiscoveredNode, nowMs: number): void {
    this.#forget(nowMs);
    if (this.#seen.size < this.#max || this.#seen.has(id))
      this.#seen.set(id, { node, atMs: nowMs });
  }

  nodes(nowMs: number): DiscoveredNode[] {
    this.#forget(nowMs);
    return [...this.#seen.values()].map(({ node }) => node);
  }

  #forget(nowMs: number): void {
    for (const [id, { atMs }] of this.#seen)
      if (nowMs - atMs >= this.#forgottenAfterMs) this.#seen.delete(id);
  }
}
