import { pick, type Random } from './random.ts';

/** What happens on the way. Times are milliseconds after the clients began. */
export interface Schedule {
  /** Index of the node that is killed and started again. */
  readonly killedNode: number;
  readonly killMs: number;
  readonly restartMs: number;
  /** Index of the node that is cut off and healed; never the killed one. */
  readonly cutNode: number;
  readonly cutMs: number;
  readonly healMs: number;
  readonly endMs: number;
}

const RESTART_AFTER_MS = 2000;
/** Longer than the 3 s within which an isolation must be noticed. */
const CUT_MS_MIN = 3500;

/**
 * Kills at a third and cuts at half of the run, for a fifth of it (4 s at least where the run is long
 * enough), so that before, between and after there is time with everyone connected.
 *
 * @param nodes 3 or more
 * @param seconds 8 or more
 */
export function planFaults(nodes: number, seconds: number, random: Random): Schedule {
  const endMs = seconds * 1000;
  const indexes = Array.from({ length: nodes }, (_, index) => index);
  const killedNode = pick(random, indexes);
  const cutNode = pick(
    random,
    indexes.filter((index) => index !== killedNode),
  );
  const killMs = Math.round(endMs / 3);
  const cutMs = endMs / 2;
  const cutForMs = Math.max(CUT_MS_MIN, Math.min(endMs / 2 - 1000, Math.max(4000, endMs / 5)));
  return {
    killedNode,
    killMs,
    restartMs: killMs + RESTART_AFTER_MS,
    cutNode,
    cutMs,
    healMs: cutMs + cutForMs,
    endMs,
  };
}
