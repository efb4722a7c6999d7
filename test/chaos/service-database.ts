import type { TargetKind } from '@hearsay/spi';

/** One committed revision of a row. */
export interface CommittedRevision {
  readonly scope: string;
  readonly key: string;
  readonly revision: number;
  readonly write: number;
}

/** One committed row of the version log, copied when it was written, before anyone could prune it. */
export interface LoggedInvalidation {
  readonly scope: string;
  readonly version: number;
  readonly kind: TargetKind;
  readonly key: string;
}

/** What was committed since the last time. */
export interface Committed {
  /** Of each row in the order of its revisions. */
  readonly revisions: readonly CommittedRevision[];
  /** Of each scope in the order of its versions. */
  readonly invalidations: readonly LoggedInvalidation[];
}

/** What can be done to a database, each until it is ended. */
export const TROUBLES = {
  sqlite: ['lockWriters'],
  postgres: ['lockWriters', 'freezeDatabase', 'killDatabase', 'stopDatabase'],
} as const satisfies Record<string, readonly string[]>;

export type DatabaseKind = keyof typeof TROUBLES;
export type Trouble = (typeof TROUBLES)[DatabaseKind][number];

/** The service's database as it is seen from outside of all nodes. */
export interface ServiceDatabase {
  /** Where nodes find it. */
  readonly address: string;
  /** @returns `undefined` while it is out of reach */
  readCommitted(): Promise<Committed | undefined>;
  /** Deletes all but the newest rows of the version log. */
  prune(scope: string, keepRows: number): Promise<void>;
  /** Resolves once it is in force, or ended before. */
  begin(trouble: Trouble): Promise<void>;
  end(trouble: Trouble): Promise<void>;
  close(): Promise<void>;
}
