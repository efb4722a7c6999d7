/**
 * The convergence that serf publishes for itself.
 *
 * Source: hashicorp/serf, website/source/assets/javascripts/_simulator.js ("Serf Convergence
 * Simulator"): the share of n nodes that know after r rounds is 1 / (1 + (n + 1) · e^(−β r)), with
 * β = fanout · (1 − loss) / 2 and rounds of the gossip interval. It is a formula: it has no links,
 * so their delay is not in it.
 */
export interface SerfOptions {
  readonly nodes: number;
  /** 0 … 1 */
  readonly loss: number;
  /** 0 … 1, both excluded */
  readonly share: number;
}

/** serf's own defaults. */
export const SERF_DEFAULTS = { intervalMs: 200, fanout: 3 } as const;

/** @returns after how long the share of the nodes knows; not rounded up to whole rounds */
export function serfConvergenceMs({ nodes, loss, share }: SerfOptions): number {
  const { intervalMs, fanout } = SERF_DEFAULTS;
  const contact = fanout * (1 - loss) * 0.5;
  return (intervalMs * Math.log((nodes + 1) * (share / (1 - share)))) / contact;
}
