import { nowUs } from '../demo/clock.ts';
import { tell } from '../hosts/program.ts';
import {
  type Ack,
  encodeRead,
  type JournalEntry,
  type NodeRead,
  type Refusal,
  type Report,
  type Revoked,
  type TokenRead,
} from './report.ts';

const REPORT_MS = 100;

interface Pending {
  readonly reads: number[];
  readonly acks: Ack[];
  readonly tokenReads: TokenRead[];
  readonly journal: JournalEntry[];
  readonly revocations: Revoked[];
  readonly refusals: Refusal[];
  readonly failures: Record<string, number>;
}

/** Collects what happens in a node and tells the observer at an even pace. */
export class Reporter {
  #pending: Pending = nothing();

  begin(): void {
    setInterval(() => this.flush(), REPORT_MS);
  }

  read(read: NodeRead): void {
    encodeRead(read, this.#pending.reads);
  }

  ack(ack: Ack): void {
    this.#pending.acks.push(ack);
  }

  tokenRead(read: TokenRead): void {
    this.#pending.tokenReads.push(read);
  }

  revoked(revocation: Revoked): void {
    this.#pending.revocations.push(revocation);
  }

  refused(refusal: Refusal): void {
    this.#pending.refusals.push(refusal);
  }

  happened(entry: JournalEntry): void {
    this.#pending.journal.push(entry);
  }

  failed(error: unknown): void {
    const code = codeOf(error);
    this.#pending.failures[code] = (this.#pending.failures[code] ?? 0) + 1;
  }

  flush(): void {
    const report: Report = { untilUs: nowUs(), ...this.#pending };
    this.#pending = nothing();
    tell(report);
  }
}

function nothing(): Pending {
  return {
    ...{ reads: [], acks: [], tokenReads: [], journal: [] },
    ...{ revocations: [], refusals: [], failures: {} },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error && typeof error.code === 'string' && error.code.startsWith('HEARSAY_')
    ? error.code
    : error.message;
}
