import type { ChainHead, PollAnswer, Scope } from '@hearsay/spi';
import type { LogLife } from './lease-machine.js';

/**
 * What one node tells another of a poll (rule F6): the counters of one snapshot of the primary,
 * begun after the question arrived. It never says that anything is fresh.
 */
export interface CounterReading extends LogLife {
  /** A scope that was asked for and is absent has no counter yet. At most `SHARING_LIMITS.scopesMax`. */
  readonly heads: ReadonlyMap<Scope, ChainHead>;
}

/** Bounds of what nodes that share polls ask each other, inclusive. */
export const SHARING_LIMITS = {
  /** Scopes in one question, and those that are read for others in one poll. */
  scopesMax: 4096,
  /** Questions that wait for one poll. */
  questionsMax: 1024,
} as const;

/** @returns the part of an answer of the log that concerns these scopes */
export function countersOf(answer: PollAnswer, scopes: readonly Scope[]): CounterReading {
  const { logId, incarnation, readings } = answer;
  const all = new Map(readings.map(({ scope, head }) => [scope, head] as const));
  const heads = new Map<Scope, ChainHead>();
  for (const scope of scopes) {
    const head = all.get(scope);
    if (head !== undefined) heads.set(scope, head);
  }
  return { logId, incarnation, heads };
}
