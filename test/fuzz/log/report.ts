import type { DatabaseName } from './stage/stage.ts';

/** What a run over one database came to. */
export interface DatabaseReport {
  readonly name: DatabaseName;
  /** As the side table has them. */
  readonly commits: number;
  /** These three as the writers know, who may have been killed before they told. */
  readonly rolledBack: number;
  readonly uncertain: number;
  readonly droppedConnections: number;
  readonly readers: number;
  readonly lives: number;
  readonly polls: number;
  /** Invalidations, all readers together. */
  readonly delivered: number;
  /** Beside those of first use. */
  readonly resets: number;
  /** Transactions that are not whole in the log, or of which a reader missed something. */
  readonly lost: number;
  /** The same of the naive reader that ran beside. */
  readonly naiveLost: number;
  readonly seconds: number;
  /** What else should not be, in words; the first ones. */
  readonly defects: readonly string[];
}

export function isSound({ lost, defects }: DatabaseReport): boolean {
  return lost === 0 && defects.length === 0;
}

export function textOf(report: DatabaseReport): string {
  const { name, commits, rolledBack, uncertain, droppedConnections, seconds } = report;
  const { readers, lives, polls, delivered, resets, lost, naiveLost, defects } = report;
  return [
    `${name}: ${commits} commits in ${seconds} s, ${rolledBack} rolled back, ${uncertain} uncertain, ${droppedConnections} connections dropped`,
    `  ${lives} lives of ${readers} readers: ${polls} polls, ${delivered} delivered, ${resets} resets, ${lost} LOST; a naive reader lost ${naiveLost}`,
    ...defects.map((defect) => `  FOUND ${defect}`),
  ].join('\n');
}
