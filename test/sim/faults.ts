import type { SeededRandom } from '@hearsay/testkit';

/** Each begins at a moment and, where it lasts, ends at another. */
export const FAULTS = [
  'loss',
  'cut-pair',
  'cut-one-way',
  'isolate',
  'split',
  'crash',
  'crash-after-commit',
  'database-down',
  'failover',
  'prune',
  'clock-jump',
] as const;

/**
 * What a cluster without a version log survives: the network's faults. An event that dies with its
 * only holder is lost there by design.
 */
export const NETWORK_FAULTS = ['loss', 'cut-pair', 'cut-one-way', 'isolate', 'split'] as const;

export type FaultKind = (typeof FAULTS)[number];

export interface Fault {
  readonly kind: FaultKind;
  readonly atMs: number;
  readonly forMs: number;
  /** In [0, 1): which node, how many commits, how far; whatever the kind needs. */
  readonly a: number;
  readonly b: number;
}

const FAULT_MS_MAX = 6_000;

/** @returns a schedule in order of time */
export function scheduleOf(
  random: SeededRandom,
  kinds: readonly FaultKind[],
  count: number,
  withinMs: number,
): Fault[] {
  return Array.from({ length: count }, () => ({
    kind: kinds[Math.floor(random.next() * kinds.length)] ?? 'loss',
    atMs: random.between(0, withinMs),
    forMs: random.between(100, FAULT_MS_MAX),
    a: random.next(),
    b: random.next(),
  })).sort((one, other) => one.atMs - other.atMs);
}
