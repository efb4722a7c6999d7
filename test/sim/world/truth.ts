import type { Scope, Target } from '@hearsay/spi';

/** 0: there is no value under the key. Every other value is written once. */
export const ABSENT = 0;

/** One committed invalidation, and where it stands. */
export interface Erasure {
  readonly serial: number;
  readonly scope: Scope;
  readonly target: Target;
  readonly commit: Commit;
  /** Its writer did not learn whether it was committed, and could only hint (rule L2). */
  hinted: boolean;
}

/** One transaction of the service. */
export interface Commit {
  readonly serial: number;
  readonly atMs: number;
  /** Whether its invalidations were appended to the log in it. */
  readonly logged: boolean;
  /** A failover or a restored backup took it back. */
  lost: boolean;
  /** Since which turn of the agenda nobody may read what it ended (invariant C); `Infinity`: never said. */
  revokedTurn: number;
  readonly erasures: Erasure[];
  readonly changes: Change[];
}

/** The time in which one value was the committed one of its key. */
export interface Reign {
  readonly scope: number;
  readonly key: number;
  readonly value: number;
  /** What wrote it; `undefined` for what stood there at first. */
  begunBy: Erasure | undefined;
  /** When it was last the committed one; `Infinity` while it is. */
  toMs: number;
  endedBy: Erasure | undefined;
}

export interface Change {
  readonly before: Reign;
  readonly after: Reign;
}

/** Every value that was ever committed, and when. */
export class Truth {
  readonly #current: Reign[][];
  readonly #byValue: Reign[] = [];
  /** Per scope and key: absence is one reign, ended and begun again. */
  readonly #absences: (Reign | undefined)[][];
  /** Per scope and key: what began when, oldest first. */
  readonly #history: { readonly fromMs: number; readonly value: number }[][][];
  #lastValue = ABSENT;

  constructor(scopes: number, keys: number) {
    this.#history = Array.from({ length: scopes }, () => Array.from({ length: keys }, () => []));
    this.#absences = Array.from({ length: scopes }, () => Array(keys).fill(undefined));
    this.#current = Array.from({ length: scopes }, (_, scope) =>
      Array.from({ length: keys }, (_, key) => this.#begin(scope, key, key % 8 === 7, undefined)),
    );
  }

  current(scope: number, key: number): Reign {
    return this.#current[scope]?.[key] as Reign;
  }

  /** @returns what a replica shows that has everything up to this time */
  valueAt(scope: number, key: number, atMs: number): number {
    const history = this.#history[scope]?.[key] ?? [];
    return history.findLast(({ fromMs }) => fromMs <= atMs)?.value ?? ABSENT;
  }

  /** @returns `undefined` for a value that was never committed there */
  reignOf(scope: number, key: number, value: number): Reign | undefined {
    if (value === ABSENT) return this.#absences[scope]?.[key];
    const reign = this.#byValue[value];
    return reign?.scope === scope && reign.key === key ? reign : undefined;
  }

  /** A new value, or none. */
  change(scope: number, key: number, absent: boolean, by: Erasure): void {
    const before = this.current(scope, key);
    if (before.value === ABSENT && absent) return;
    before.toMs = by.commit.atMs;
    before.endedBy = by;
    const after = this.#begin(scope, key, absent, by);
    (this.#current[scope] as Reign[])[key] = after;
    by.commit.changes.push({ before, after });
  }

  /** The database forgets the newest commit. */
  revert(commit: Commit, nowMs: number): void {
    commit.lost = true;
    for (const { before, after } of commit.changes.toReversed()) {
      after.toMs = nowMs;
      after.endedBy = undefined;
      before.toMs = Number.POSITIVE_INFINITY;
      before.endedBy = undefined;
      (this.#current[before.scope] as Reign[])[before.key] = before;
      this.#history[before.scope]?.[before.key]?.pop();
    }
  }

  #begin(scope: number, key: number, absent: boolean, by: Erasure | undefined): Reign {
    const fromMs = by?.commit.atMs ?? Number.NEGATIVE_INFINITY;
    const next = absent ? ABSENT : this.#lastValue + 1;
    this.#history[scope]?.[key]?.push({ fromMs, value: next });
    const known = absent ? this.#absences[scope]?.[key] : undefined;
    if (known) {
      known.toMs = Number.POSITIVE_INFINITY;
      known.endedBy = undefined;
      known.begunBy = by;
      return known;
    }
    const value = absent ? ABSENT : ++this.#lastValue;
    const reign: Reign = {
      scope,
      key,
      value,
      begunBy: by,
      toMs: Number.POSITIVE_INFINITY,
      endedBy: undefined,
    };
    if (absent) (this.#absences[scope] as Reign[])[key] = reign;
    else this.#byValue[value] = reign;
    return reign;
  }
}
