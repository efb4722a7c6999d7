/** What a node tells the observer, ten times a second. Numbers where there is much of it. */
import type { TargetKind } from '@hearsay/spi';
import type { ObservedRead } from '../demo/oracle.ts';
import { KEYS } from './keys.ts';
import { SCOPE_NAMES } from './scopes.ts';

export interface Report {
  /** Everything that happened in this node before is in this report or in an earlier one. */
  readonly untilUs: number;
  /** In the order of their answers, {@link READ_NUMBERS} each. */
  readonly reads: readonly number[];
  readonly acks: readonly Ack[];
  readonly tokenReads: readonly TokenRead[];
  readonly journal: readonly JournalEntry[];
  readonly revocations: readonly Revoked[];
  readonly refusals: readonly Refusal[];
  /** What failed since the report before, by code. */
  readonly failures: Readonly<Record<string, number>>;
}

/** A write that was acknowledged, and one of the rows that it changed. */
export interface Ack {
  readonly write: number;
  readonly beganUs: number;
  readonly ackUs: number;
  readonly token: string;
  readonly scope: string;
  readonly key: string;
  readonly revision: number;
}

/** A read that brought the token of a write. */
export interface TokenRead {
  readonly scope: string;
  readonly key: string;
  /** The revision that the write made. */
  readonly written: number;
  readonly revision: number;
  readonly write: number;
  readonly invokedUs: number;
  readonly respondedUs: number;
}

/** What a write changed in the strict scope is revoked: whoever wanted that was told so. */
export interface Revoked {
  readonly write: number;
  readonly returnedUs: number;
  /** How many holders had not acknowledged, so that their rights were waited out. */
  readonly waitedOut: number;
  /** Whether the lease table was known to name every holder. */
  readonly vouched: boolean;
}

/**
 * A read of the strict scope that was refused: whether the node had said of itself that it was ready,
 * and how long it stood in line for a processor meanwhile.
 */
export type Refusal = readonly [
  invokedUs: number,
  respondedUs: number,
  wasReady: 0 | 1,
  waitedMs: number,
];

/** In the order in which they happened. `key` is `''` for all entries. */
export type JournalEntry =
  /** All of 1 … `appliedThrough` are applied. Stands after the drops that this caused. */
  | readonly [type: 'applied', us: number, scope: string, appliedThrough: number, via: string]
  | readonly [type: 'drop', us: number, scope: string, key: string, reason: string]
  /** A fill was not kept. */
  | readonly [type: 'void', us: number, scope: string, key: string]
  /** `appliedThrough` from now on: that of the reading that caused it may be less than it was. */
  | readonly [type: 'reset', us: number, scope: string, reason: string, appliedThrough: number]
  /** Since the entry before, fills of the scope outlived their TTL before they could be kept (rule F2). */
  | readonly [type: 'late', us: number, scope: string]
  | readonly [type: 'coherence', us: number, coherence: string]
  /** A write that began then may or may not be committed; what it names falls everywhere (rule L2). */
  | readonly [type: 'hint', us: number, scope: string, key: string, kind: TargetKind]
  /** A revocation begins: its revoker asks holders to drop what it names, some perhaps once more (rule S3). */
  | readonly [type: 'revoking', us: number, scope: string, key: string, kind: TargetKind];

/** A read as the node saw it. */
export interface NodeRead {
  readonly scope: number;
  readonly key: number;
  readonly revision: number;
  readonly write: number;
  readonly invokedUs: number;
  readonly respondedUs: number;
  readonly outcome: ObservedRead['outcome'];
}

export const READ_NUMBERS = 5;

const OUTCOMES: readonly ObservedRead['outcome'][] = ['hit', 'late-hit', 'miss'];

/** Appends a read: what and how, revision, write, time of invocation, microseconds to the answer. */
export function encodeRead(read: NodeRead, into: number[]): void {
  const { scope, key, revision, write, invokedUs, respondedUs, outcome } = read;
  const what = (key * SCOPE_NAMES.length + scope) * OUTCOMES.length + OUTCOMES.indexOf(outcome);
  into.push(what, revision, write, invokedUs, respondedUs - invokedUs);
}

/** @returns the id by which the truth knows a write; rows that were never written are from disk */
export function writeIdOf(write: number): string {
  return write === 0 ? 'disk' : String(write);
}

/** @param from the index of the read's first number */
export function decodeRead(
  numbers: readonly number[],
  from: number,
  { node, epoch }: { readonly node: string; readonly epoch: string },
): ObservedRead {
  const at = (offset: number): number => numbers[from + offset] ?? Number.NaN;
  const what = at(0);
  const place = Math.floor(what / OUTCOMES.length);
  const invokedUs = at(3);
  return {
    node,
    epoch,
    scope: SCOPE_NAMES[place % SCOPE_NAMES.length] ?? '',
    key: KEYS[Math.floor(place / SCOPE_NAMES.length)] ?? '',
    revision: at(1),
    writeId: writeIdOf(at(2)),
    invokedUs,
    respondedUs: invokedUs + at(4),
    outcome: OUTCOMES[what % OUTCOMES.length] ?? 'miss',
  };
}
