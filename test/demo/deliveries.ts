/** Which write was applied on which node, and when. Pure. Times in microseconds. */

/** One life of a node's process. */
interface Life {
  readonly node: number;
  readonly epoch: string;
  readonly readyUs: number;
}

interface Commit {
  readonly scope: string;
  readonly version: number;
  /** When its commit was acknowledged, or a later time where nobody was told. */
  readonly ackUs: number;
  /** Index of the node that wrote it; `undefined` where nobody was told. */
  readonly writer: number | undefined;
}

interface Loss {
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
  /** Per scope: when applied-through came to be what; both grow. */
  readonly through: Map<string, { readonly us: number; readonly version: number }[]>;
}

export class Deliveries {
  readonly #lives: LifeRecord[] = [];
  readonly #acknowledged = new Map<string, Map<number, Commit>>();
  readonly #newest = new Map<string, number>();

  began(life: Life): void {
    this.#lives.push({ ...life, endedUs: Number.POSITIVE_INFINITY, through: new Map() });
  }

  ended(node: number, us: number): void {
    for (const life of this.#lives)
      if (life.node === node) life.endedUs = Math.min(life.endedUs, us);
  }

  acknowledged(commit: Commit): void {
    const commits = this.#acknowledged.get(commit.scope) ?? new Map<number, Commit>();
    commits.set(commit.version, commit);
    this.#acknowledged.set(commit.scope, commits);
  }

  /** Tells that the log holds 1 … `version`, acknowledged or not. */
  logged(scope: string, version: number): void {
    this.#newest.set(scope, version);
  }

  /** Tells that all of 1 … `version` are applied since `us`. In the order of time. */
  appliedThrough(epoch: string, scope: string, version: number, us: number): void {
    const life = this.#lives.find((candidate) => candidate.epoch === epoch);
    if (!life) return;
    const seen = life.through.get(scope) ?? [];
    if (version > (seen.at(-1)?.version ?? 0)) seen.push({ us, version });
    life.through.set(scope, seen);
  }

  /**
   * Every write in the log. One that nobody was told of, as when its writer died, was committed
   * before its successor was acknowledged.
   * @param nowUs stands for the acknowledgement where there is no successor
   */
  commits(nowUs: number): Commit[] {
    return [...this.#newest].flatMap(([scope, newest]) => {
      const known = this.#acknowledged.get(scope);
      const commits: Commit[] = [];
      let ackUs = nowUs;
      for (let version = newest; version >= 1; version--) {
        const commit = known?.get(version) ?? { scope, version, ackUs, writer: undefined };
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
}

function appliedAt(life: LifeRecord, { scope, version }: Commit): number | undefined {
  return firstAtLeast(life.through.get(scope) ?? [], version)?.us;
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
