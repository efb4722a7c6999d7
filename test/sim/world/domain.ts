import type { Scope, Target } from '@hearsay/spi';
import type { ScopeProfile } from '../profile.ts';

export interface DomainScope extends ScopeProfile {
  readonly name: Scope;
}

/** What the service caches: the same keys in every scope, some at the top, most in groups. */
export class Domain {
  readonly scopes: readonly DomainScope[];
  readonly keys: readonly string[];
  readonly #indexes: ReadonlyMap<string, number>;

  constructor(scopes: readonly DomainScope[], keys: number) {
    this.scopes = scopes;
    this.keys = Array.from({ length: keys }, (_, i) => nameOf(i));
    this.#indexes = new Map(this.keys.map((name, i) => [name, i]));
  }

  indexOf(key: string): number {
    return this.#indexes.get(key) as number;
  }

  /** Tags that do not depend on the value. */
  tagsOf(key: number): readonly string[] {
    return [`t${key % 5}`];
  }

  /** Tags that do. */
  valueTagsOf(value: number): readonly string[] {
    return [`v${value % 4}`];
  }

  /** @returns the keys that stand under a prefix, itself among them */
  keysUnder(prefix: string): number[] {
    return this.#indexesWhere((name) => name === prefix || name.startsWith(`${prefix}/`));
  }

  keysTagged(tag: string): number[] {
    return this.keys.flatMap((_, i) => (this.tagsOf(i).includes(tag) ? [i] : []));
  }

  allKeys(): number[] {
    return this.keys.map((_, i) => i);
  }

  #indexesWhere(holds: (name: string) => boolean): number[] {
    return this.keys.flatMap((name, i) => (holds(name) ? [i] : []));
  }
}

export const WHOLE: Target = { kind: 'scope', key: '' };

/** `g1` stands beside `g1/a` and `g10`, so that a prefix taken by letters would be noticed (rule C2). */
function nameOf(index: number): string {
  const group = `g${Math.floor(index / 6) % 12}`;
  const place = index % 6;
  if (place === 0) return group;
  return place < 4 ? `${group}/k${place}` : `${group}/k1/s${place}`;
}
