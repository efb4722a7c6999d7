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
  vectorsSent: number;
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
    vectorsSent: 0,
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
}
