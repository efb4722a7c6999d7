import type { History } from '../demo/history.ts';
import type { JournalEntry } from './report.ts';
import type { Revocations } from './revocations.ts';
import { type Row, seconds } from './violation.ts';
import type { WatchedLife } from './watched-life.ts';

const BEFORE_US = 15_000_000;
const AFTER_US = 500_000;
const ADVANCES_SHOWN = 8;
const REVISIONS_SHOWN = 6;
const READS_SHOWN = 6;

/** Says what led to a violation: what became of the row, and what happened in that life of the node. */
export class Trail {
  readonly #history: History;
  readonly #revocations: Revocations;

  constructor(history: History, revocations: Revocations) {
    this.#history = history;
    this.#revocations = revocations;
  }

  /**
   * @param us the time of the violation
   * @param row what it is about; absent where that is the node as a whole
   */
  lines(life: WatchedLife, us: number, row?: Row): string[] {
    const entries = life.recent.filter(
      (entry) => entry[1] >= us - BEFORE_US && entry[1] <= us + AFTER_US && concerns(entry, row),
    );
    const advances = entries.filter(([type]) => type === 'applied');
    const left = new Set(advances.slice(0, -ADVANCES_SHOWN));
    return [
      ...(row ? this.#revisions(row, us) : []),
      ...(row ? reads(life, row, us) : []),
      ...entries.filter((entry) => !left.has(entry)).map(describe),
    ];
  }

  #revisions({ scope, key }: Row, us: number): string[] {
    const revisions = this.#history.revisionsOf(scope, key);
    const before = revisions.filter(
      ({ writeId }) => (this.#history.ackOf(writeId) ?? Number.POSITIVE_INFINITY) <= us,
    );
    return revisions
      .slice(Math.max(0, before.length - REVISIONS_SHOWN), before.length + 2)
      .map(({ revision, writeId }) => {
        const ackUs = this.#history.ackOf(writeId);
        const returnedUs = this.#revocations.returnedUsOf(writeId);
        const when = ackUs === undefined ? 'never' : seconds(ackUs);
        const revoked = returnedUs === undefined ? '' : `, revoked at ${seconds(returnedUs)}`;
        return `revision ${revision} by write ${writeId}, acknowledged at ${when}${revoked}`;
      });
  }
}

/** The reads of the row on that life, up to one that was asked then. */
function reads(life: WatchedLife, { scope, key }: Row, us: number): string[] {
  return life.recentReads
    .filter((read) => read.scope === scope && read.key === key && read.invokedUs <= us)
    .slice(-READS_SHOWN)
    .map(
      ({ revision, invokedUs, respondedUs, outcome }) =>
        `read at ${seconds(invokedUs)}, answered at ${seconds(respondedUs)}: revision ${revision}, ${outcome}`,
    );
}

function concerns(entry: JournalEntry, row: Row | undefined): boolean {
  if (entry[0] === 'coherence') return true;
  if (!row) return entry[0] === 'reset';
  if (entry[2] !== row.scope) return false;
  if (entry[0] === 'applied' || entry[0] === 'reset' || entry[0] === 'late') return true;
  return entry[3] === row.key;
}

function describe([type, us, ...rest]: JournalEntry): string {
  return `${seconds(us)} ${type} ${rest.join(' ')}`;
}
