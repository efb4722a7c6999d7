import type { Announcement, AppliedPosition, Target } from '@hearsay/spi';
import type { Change } from '../world/database.ts';
import type { Dice } from '../world/dice.ts';
import { type Domain, type DomainScope, WHOLE } from '../world/domain.ts';
import { ABSENT, type Commit, type Truth } from '../world/truth.ts';

/** What a writer gives a reader: the token of its write, and a key that the write changed. */
export interface Receipt {
  readonly commit: Commit;
  readonly scope: number;
  readonly key: number;
  readonly position: AppliedPosition;
}

const SECOND_CHANGE = 0.15;
export const HOT_KEYS = 12;

/** Draws transactions, each with what it changes and which invalidations say so. */
export class Writer {
  readonly #domain: Domain;
  readonly #truth: Truth;
  readonly #dice: Dice;

  constructor(domain: Domain, truth: Truth, dice: Dice) {
    this.#domain = domain;
    this.#truth = truth;
    this.#dice = dice;
  }

  /** Of one scope mostly, sometimes of two. */
  transaction(): Change[] {
    const scope = this.#dice.whole(0, this.#domain.scopes.length - 1);
    const first = this.#change(scope);
    if (!this.#dice.chance(SECOND_CHANGE)) return [first];
    const second = this.#change(this.#dice.whole(0, this.#domain.scopes.length - 1));
    const isSame = first.scope === second.scope && sameTarget(first.target, second.target);
    return isSame ? [first] : [first, second];
  }

  /** Many invalidations at once, most of keys that nobody caches. */
  flood(count: number, label: string): Change[] {
    const scope = this.#dice.whole(0, this.#domain.scopes.length - 1);
    const first = this.#dice.whole(0, this.#domain.keys.length - 1);
    return Array.from({ length: count }, (_, i): Change => {
      // Equal invalidations of one append would be one row, so no key comes twice.
      const isReal = i % 16 === 0 && i / 16 < this.#domain.keys.length;
      const key = (first + i / 16) % this.#domain.keys.length;
      const name = isReal ? (this.#domain.keys[key] as string) : `flood/${label}/${i}`;
      return {
        scope,
        target: { kind: 'key', key: name },
        keys: () => (isReal ? [key] : []),
        absent: false,
      };
    });
  }

  #change(scope: number): Change {
    const kind = this.#dice.next();
    const key = this.#key();
    const name = this.#domain.keys[key] as string;
    if (kind < 0.72) return this.#ofKey(scope, key, kind < 0.12);
    if (kind < 0.86) {
      const keys = () => this.#domain.keysUnder(name);
      return { scope, target: { kind: 'prefix', key: name }, keys, absent: kind < 0.74 };
    }
    if (kind < 0.97) return this.#ofTag(scope);
    return { scope, target: WHOLE, keys: () => this.#domain.allKeys(), absent: false };
  }

  #ofKey(scope: number, key: number, absent: boolean): Change {
    const name = this.#domain.keys[key] as string;
    return { scope, target: { kind: 'key', key: name }, keys: () => [key], absent };
  }

  #ofTag(scope: number): Change {
    const { valueTags } = this.#domain.scopes[scope] as DomainScope;
    const tag = valueTags ? `v${this.#dice.whole(0, 3)}` : `t${this.#dice.whole(0, 4)}`;
    const keys = () =>
      valueTags ? this.#keysOfValueTag(scope, tag) : this.#domain.keysTagged(tag);
    return { scope, target: { kind: 'tag', key: tag }, keys, absent: false };
  }

  /** What is absent has no value that its tag could come from. */
  #keysOfValueTag(scope: number, tag: string): number[] {
    return this.#domain.allKeys().filter((key) => {
      const { value } = this.#truth.current(scope, key);
      return value !== ABSENT && this.#domain.valueTagsOf(value).includes(tag);
    });
  }

  /** Half of the writes go to the keys that are read most. */
  #key(): number {
    const { keys } = this.#domain;
    return this.#dice.whole(0, this.#dice.chance(0.5) ? HOT_KEYS - 1 : keys.length - 1);
  }
}

/** @returns for each scope of the write a position and a key that it changed there */
export function receiptsOf(
  domain: Domain,
  commit: Commit,
  positionOf: (scope: DomainScope) => AppliedPosition,
): Receipt[] {
  return commit.changes.slice(0, 4).map(({ after }) => {
    const { scope, key } = after;
    return { commit, scope, key, position: positionOf(domain.scopes[scope] as DomainScope) };
  });
}

/** Whoever cannot append may only hint (rule L2). */
export function asHints(announcements: readonly Announcement[]): Announcement[] {
  return announcements.map(({ scope, target }) => ({ scope, target }));
}

function sameTarget(a: Target, b: Target): boolean {
  return a.kind === b.kind && a.key === b.key;
}
