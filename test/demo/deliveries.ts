/** Which write was applied on which node, and when. Pure. Times in microseconds. */

/** One life of a node's process. */
export interface Life {
  readonly node: number;
  readonly epoch: string;
  readonly readyUs: number;
}

export interface Commit {
  readonly scope: string;
  readonly version: number;
  /** When its commit was acknowledged, or a later time where nobody was told. */
  readonly ackUs: number;
  /** Index of the node that wrote it; `undefined` where nobody was told. */
  readonly writer: number | undefined;
}

export interface Loss {
  readonly scope: string;
  readonly version: number;
  readonly node: number;
  readonly ackUs: number;
  /** When it was applied after all. */
  readonly appliedUs: number | undefined;
}

/** A time during which somebody was not connected. */
export interface Disturbance {
  readonly fromUs: number;
  readonly untilUs: number;
}

interface LifeRecord extends Life {
  endedUs: number;
  /** Per scope: version → when it was first applied. */
  readonly applied: Map<string, Map<number, number>>;
  /** Per scope: what applied-through was seen to be, growing. */
  readonly through: Map<string, { readonly us: number; readonly version: number }[]>;
}

export class Deliveries {
  readonly #lives: LifeRecord[] = [];
  readonly #commits = new Map<string, Map<number, Commit>>();

  began(life: Life): void {
    this.#lives.push({ ...life, endedUs: Infinity, applied: new Map(), through: new Map() });
  }

  ended(node: number, us: number): void {
    for (const life of this.#lives)
      if (life.node === node) life.endedUs = Math.min(life.endedUs, us);
  }

  committed(commit: Commit): void {
    const commits = this.#commits.get(commit.scope) ?? new Map<number, Commit>();
    commits.set(commit.version, commit);
    this.#commits.set(commit.scope, commits);
  }

  applied(epoch: string, scope: string, version: number, us: number): void {
    const life = this.#lives.find((candidate) => candidate.epoch === epoch);
    if (!life) return;
    const times = life.applied.get(scope) ?? new Map<number, number>();
    if (!times.has(version)) times.set(version, us);
    life.applied.set(scope, times);
  }

  /** Tells that all of 1 … `version` were applied by `us`, as at a start or after a reset. */
  appliedThrough(epoch: string, scope: string, version: number, us: number): void {
    const life = this.#lives.find((candidate) => candidate.epoch === epoch);
    if (!life) return;
    const seen = life.through.get(scope) ?? [];
    if (version > (seen.at(-1)?.version ?? 0)) seen.push({ us, version });
    life.through.set(scope, seen);
  }

  /**
   * Every write up to the newest known. Versions have no gap: one that nobody was told of, as when
   * its writer died, was committed before its successor was acknowledged.
   * @param nowUs stands for the acknowledgement where there is no successor
   */
  commits(nowUs: number): Commit[] {
    return [...this.#commits].flatMap(([scope, known]) => {
      const commits: Commit[] = [];
      let ackUs = nowUs;
      for (let version = this.#newest(scope); version >= 1; version--) {
        const commit = known.get(version) ?? { scope, version, ackUs, writer: undefined };
        ackUs = Math.min(ackUs, commit.ackUs);
        commits.push(commit);
      }
      return commits.reverse();
    });
  }

  /** @returns writes that a node which lived all the while had not applied within `withinUs`, of which `nowUs` is not too early to tell */
  losses(nowUs: number, withinUs: number): Loss[] {
    return this.commits(nowUs).flatMap((commit) =>
      this.#lives.flatMap((life) => {
        const dueUs = Math.max(commit.ackUs, life.readyUs) + withinUs;
        if (dueUs > life.endedUs || dueUs > nowUs) return [];
        const appliedUs = appliedAt(life, commit);
        if (appliedUs !== undefined && appliedUs <= dueUs) return [];
        const { scope, version, ackUs } = commit;
        return [{ scope, version, ackUs, node: life.node, appliedUs }];
      }),
    );
  }

  /** @returns whether every life that has not ended has applied every write */
  settled(nowUs: number): boolean {
    const live = this.#lives.filter((life) => life.endedUs === Infinity);
    return this.commits(nowUs).every((commit) =>
      live.every((life) => appliedAt(life, commit) !== undefined),
    );
  }

  /** @returns from acknowledgement to the last live node, for writes during which nothing was disturbed */
  convergenceUs(disturbances: readonly Disturbance[], nowUs: number): number[] {
    return this.commits(nowUs).flatMap((commit) => {
      const { ackUs, writer } = commit;
      if (writer === undefined) return [];
      const live = this.#lives.filter(
        ({ readyUs, endedUs }) => readyUs <= ackUs && endedUs > ackUs,
      );
      const times = live.map((life) => appliedAt(life, commit));
      const lastUs = Math.max(ackUs, ...times.map((us) => us ?? Infinity));
      const disturbed = disturbances.some(
        ({ fromUs, untilUs }) => fromUs <= lastUs && untilUs >= ackUs,
      );
      return disturbed || lastUs === Infinity ? [] : [lastUs - ackUs];
    });
  }

  /** @returns from acknowledgement to `node`, for others' writes acknowledged between the two times */
  catchUpUs(node: number, fromUs: number, untilUs: number): number[] {
    return this.commits(untilUs).flatMap((commit) => {
      const { ackUs, writer } = commit;
      if (writer === undefined || writer === node || ackUs < fromUs || ackUs >= untilUs) return [];
      const life = this.#lives.findLast((candidate) => candidate.node === node);
      const us = life && appliedAt(life, commit);
      return us === undefined ? [] : [Math.max(0, us - ackUs)];
    });
  }

  /** The newest version of which anything is known: also one that a poll showed and nobody was told of. */
  #newest(scope: string): number {
    let newest = 0;
    for (const version of this.#commits.get(scope)?.keys() ?? [])
      newest = Math.max(newest, version);
    for (const life of this.#lives)
      newest = Math.max(newest, life.through.get(scope)?.at(-1)?.version ?? 0);
    return newest;
  }
}

function appliedAt(life: LifeRecord, { scope, version }: Commit): number | undefined {
  const own = life.applied.get(scope)?.get(version);
  const through = firstAtLeast(life.through.get(scope) ?? [], version)?.us;
  if (own === undefined || through === undefined) return own ?? through;
  return Math.min(own, through);
}

function firstAtLeast<T extends { readonly version: number }>(
  growing: readonly T[],
  version: number,
): T | undefined {
  let low = 0;
  let high = growing.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((growing[middle] as T).version < version) low = middle + 1;
    else high = middle;
  }
  return growing[low];
}

/** @param share 0 … 1 @returns the nearest rank; `undefined` of no values */
export function percentile(values: readonly number[], share: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
