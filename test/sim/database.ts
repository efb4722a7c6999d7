import { type Announcement, invalidationOf, type Origin, type Scope } from '@hearsay/spi';
import { InMemoryVersionLog, type SeededRandom } from '@hearsay/testkit';

/** When one value was the committed one of its key. */
export interface Reign {
  readonly value: number;
  readonly fromMs: number;
  toMs: number;
}

export interface Commit {
  readonly scope: Scope;
  readonly key: string;
  readonly version: number;
  readonly atMs: number;
}

/** The service's database: one value per key, the version log beside it, and all that ever was true. */
export class SimulatedDatabase {
  readonly log: InMemoryVersionLog;
  reachable = true;
  readonly #reigns = new Map<string, Reign[]>();
  readonly #commits = new Map<Scope, Commit[]>();
  #lastValue = 0;

  constructor(random: SeededRandom) {
    const digit = () => Math.floor(random.next() * 16).toString(16);
    this.log = new InMemoryVersionLog((digits) => Array.from({ length: digits }, digit).join(''));
  }

  /** @returns the committed value now; 0 before the first */
  read(scope: Scope, key: string): number {
    return this.reignsOf(scope, key).at(-1)?.value ?? 0;
  }

  reignsOf(scope: Scope, key: string): readonly Reign[] {
    return this.#reigns.get(`${scope} ${key}`) ?? [];
  }

  /** One transaction: a new value and its invalidation. */
  commit(scope: Scope, key: string, origin: Origin, nowMs: number): readonly Announcement[] {
    const { announcements, positions } = this.log.append([invalidationOf(scope, { key })], origin);
    this.#reign(scope, key, ++this.#lastValue, nowMs);
    const commits = this.#commits.get(scope) ?? [];
    commits.push({ scope, key, version: positions[0]?.version ?? 0, atMs: nowMs });
    this.#commits.set(scope, commits);
    return announcements;
  }

  headOf(scope: Scope): number {
    return this.#commits.get(scope)?.at(-1)?.version ?? 0;
  }

  prune(scope: Scope, keepRows: number): void {
    this.log.prune(scope, keepRows);
  }

  /** A failover to a primary that never saw the newest commits: what they wrote is undone. */
  loseLast(scope: Scope, count: number, nowMs: number): void {
    const floor = this.log.read({ positions: new Map([[scope, undefined]]), rowsMax: 1 });
    const pruned = floor.readings[0]?.floor ?? 0;
    const commits = this.#commits.get(scope) ?? [];
    const lost = commits.slice(-count).filter(({ version }) => version > pruned);
    if (lost.length === 0) return;
    this.log.loseLast(scope, lost.length);
    this.#commits.set(scope, commits.slice(0, commits.length - lost.length));
    for (const { key } of lost.toReversed()) {
      const reigns = this.#reigns.get(`${scope} ${key}`) ?? [];
      const value = reigns.filter((reign) => reign.value < (reigns.at(-1)?.value ?? 0)).at(-1);
      this.#reign(scope, key, value?.value ?? 0, nowMs);
    }
  }

  #reign(scope: Scope, key: string, value: number, nowMs: number): void {
    const id = `${scope} ${key}`;
    const reigns = this.#reigns.get(id) ?? [{ value: 0, fromMs: 0, toMs: Infinity }];
    const before = reigns.at(-1);
    if (before) before.toMs = nowMs;
    reigns.push({ value, fromMs: nowMs, toMs: Infinity });
    this.#reigns.set(id, reigns);
  }
}
