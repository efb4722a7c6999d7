import { KEYS } from './keys.ts';
import { Observer } from './observer.ts';
import { encodeRead, type NodeRead, type Report } from './report.ts';
import type { WatchedLife } from './watched-life.ts';

/** A second, in microseconds. */
export const S = 1_000_000;
/** Indexes into `SCOPES`. */
export const ITEM = 0;
export const GRANT = 1;
export const ROLE = 3;

/** Of the row that is written. */
export const KEY = KEYS[0] as string;

const NOTHING: Report = {
  untilUs: 0,
  reads: [],
  acks: [],
  tokenReads: [],
  journal: [],
  revocations: [],
  refusals: [],
  failures: {},
};

/**
 * An observer and what it was told: two lives; revision 2 of one row of `item` and of `grant`, by
 * writes 11 and 12 of node n1, under versions 1, begun at 0.9 s and acknowledged at 1 s.
 */
export class ObservedWorld {
  readonly observer = new Observer();
  readonly first = this.observer.lifeBegan('n1', 'e1', 0);
  readonly second = this.observer.lifeBegan('n2', 'e2', 0);

  constructor() {
    const invalidations = ['item', 'grant'].map((scope) => {
      return { scope, version: 1, kind: 'key', key: KEY } as const;
    });
    const revisions = [
      { scope: 'item', key: KEY, revision: 2, write: 11 },
      { scope: 'grant', key: KEY, revision: 2, write: 12 },
    ];
    this.observer.committed({ revisions, invalidations }, 1.1 * S);
    const ack = { beganUs: 0.9 * S, ackUs: 1 * S, key: KEY, revision: 2 };
    this.tell(this.first, {
      acks: [
        { ...ack, write: 11, scope: 'item', token: tokenOf('item') },
        { ...ack, write: 12, scope: 'grant', token: tokenOf('grant') },
      ],
    });
  }

  tell(life: WatchedLife, report: Partial<Report>): void {
    this.observer.reported(life, { ...NOTHING, untilUs: life.knownUntilUs, ...report });
  }

  /** Both lives are known until then. */
  judge(untilUs: number): void {
    this.tell(this.first, { untilUs });
    this.tell(this.second, { untilUs });
    this.observer.judge(untilUs);
  }

  reads(life: WatchedLife, ...reads: NodeRead[]): void {
    const numbers: number[] = [];
    for (const read of reads) encodeRead(read, numbers);
    this.tell(life, { reads: numbers });
  }

  /** Revision 2 of one row of `role`, by write 14, is committed at 1.1 s, and seen by the observer. */
  writesRole(): void {
    const revisions = [{ scope: 'role', key: KEY, revision: 2, write: 14 }];
    const invalidations = [{ scope: 'role', version: 1, kind: 'key', key: KEY } as const];
    this.observer.committed({ revisions, invalidations }, 1.1 * S);
  }

  /** The revocation of that write returned then, on the first node. */
  revokesRole(returnedUs: number): void {
    const revoked = { write: 14, returnedUs, waitedOut: 0, vouched: true };
    this.tell(this.first, { revocations: [revoked] });
  }

  get broken(): string[] {
    return this.observer.findings.map(({ violation }) => violation.invariant);
  }
}

function tokenOf(scope: string): string {
  return `${scope}:1:${'a'.repeat(16)}:${'b'.repeat(32)}`;
}

/** Of revision 2 by default, answered at once. */
export function read(invokedUs: number, more: Partial<NodeRead> = {}): NodeRead {
  const { scope = ITEM, revision = 2 } = more;
  const write = revision === 1 ? 0 : 11 + scope;
  const respondedUs = invokedUs + 100;
  return { scope, key: 0, revision, write, invokedUs, respondedUs, outcome: 'hit', ...more };
}
