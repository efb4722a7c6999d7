import type { MeshEffect } from './effect.js';
import type { MeshMessage } from './message.js';

/** What the machine counts. Counters only grow. */
export interface MeshCounters {
  published: number;
  delivered: number;
  duplicates: number;
  /** Events that came as the answer to a pull. */
  repaired: number;
  pullsSent: number;
  pullsAnswered: number;
  /** Pulls that waited for so long that the asker had given up. */
  pullsDropped: number;
  /** Vectors, in parts or whole. */
  vectorsSent: number;
  sketchesSent: number;
  /** Comparisons that peers asked for more often than they have reason to. */
  comparisonsRefused: number;
  /** Origins that were forgotten before their time, for there are more than `originsMax`. */
  originsEvicted: number;
  gaps: number;
  /** Claims of a head that nobody could back with an event (rule F8). */
  unbackedClaims: number;
}

export function newCounters(): MeshCounters {
  return {
    published: 0,
    delivered: 0,
    duplicates: 0,
    repaired: 0,
    pullsSent: 0,
    pullsAnswered: 0,
    pullsDropped: 0,
    vectorsSent: 0,
    sketchesSent: 0,
    comparisonsRefused: 0,
    originsEvicted: 0,
    gaps: 0,
    unbackedClaims: 0,
  };
}

/** Counts what is seen by its effect alone. */
export function countEffects(counters: MeshCounters, effects: readonly MeshEffect[]): void {
  for (const effect of effects)
    if (effect.kind === 'open-gap') counters.gaps++;
    else if (effect.kind === 'deliver') counters.delivered += effect.events.length;
    else if (effect.kind === 'send') countMessage(counters, effect.message);
}

function countMessage(counters: MeshCounters, message: MeshMessage): void {
  if (message.kind === 'pull') counters.pullsSent++;
  else if (message.kind === 'vector') counters.vectorsSent++;
  else if (message.kind === 'sketch') counters.sketchesSent++;
}
