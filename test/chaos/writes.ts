import type { TargetInput } from '@hearsay/spi';
import { pick, pickSkewed, type Random } from '../demo/random.ts';
import { KEYS, PREFIXES, TAG_NAMES } from './keys.ts';
import { STRICT_SCOPE } from './scopes.ts';

/** What one transaction changes, and so invalidates, in one scope. */
export interface Change {
  readonly scope: string;
  readonly target: TargetInput;
}

export interface PlannedWrite {
  /**
   * Each in a scope of its own, sorted, so that no two writers wait for each other in a circle. The
   * first one is the one that is read back.
   */
  readonly changes: readonly Change[];
  /** The transaction is rolled back on purpose: nobody may ever see it. */
  readonly isRolledBack: boolean;
  /** It is done when nobody serves what it changes any more. */
  readonly revokes: boolean;
}

/**
 * Mostly one key in one scope; now and then a prefix, a tag, a whole scope, or two scopes at once.
 * @param scopes those that stand there more often are chosen more often
 */
export function planWrite(random: Random, scopes: readonly string[]): PlannedWrite {
  return plan(random, pick(random, scopes), scopes, false);
}

/** As {@link planWrite}, but the strict scope is always among what it changes, and it revokes. */
export function planRevocation(random: Random, scopes: readonly string[]): PlannedWrite {
  return plan(random, STRICT_SCOPE, scopes, true);
}

function plan(
  random: Random,
  scope: string,
  scopes: readonly string[],
  revokes: boolean,
): PlannedWrite {
  const changes: Change[] = [{ scope, target: planTarget(random) }];
  if (random() < 0.05) {
    const others = scopes.filter((other) => other !== scope);
    changes.push({ scope: pick(random, others), target: planTarget(random) });
  }
  changes.sort((a, b) => (a.scope < b.scope ? -1 : 1));
  return { changes, isRolledBack: random() < 0.02, revokes };
}

function planTarget(random: Random): TargetInput {
  const dice = random();
  if (dice < 0.002) return { all: true };
  if (dice < 0.02) return { tag: pick(random, TAG_NAMES) };
  if (dice < 0.06) return { prefix: pick(random, PREFIXES) };
  return { key: pickSkewed(random, KEYS) };
}
