/** Brands make one word one type: a scope is not a key, an epoch is not an append id. */
declare const brand: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name };

/** A named family of cached things: the unit of versioning, subscription and policy. */
export type Scope = Branded<string, 'Scope'>;
/** A path inside a scope, segments joined by `/`. */
export type Key = Branded<string, 'Key'>;
/** A stable, human-chosen name of a node; one live process has it. */
export type NodeName = Branded<string, 'NodeName'>;
/** One life of a node's process: 16 lowercase hex digits, random, never ordered. */
export type Epoch = Branded<string, 'Epoch'>;
/** The place of an invalidation in its scope's commit order: 1 … 2⁵³−1, gapless; 0 is "before the first". */
export type Version = Branded<number, 'Version'>;
/** The place of an event in one origin's journal: 1 … 2⁵³−1, gapless; 0 is "before the first". */
export type Sequence = Branded<number, 'Sequence'>;
/** The random name of one append to the version log: 16 lowercase hex digits. */
export type AppendId = Branded<string, 'AppendId'>;
/** The random name of one version log: 32 lowercase hex digits. */
export type LogId = Branded<string, 'LogId'>;
/**
 * The name of one life of a database: a restart, a failover or a restored backup gives another
 * (rule S4). Only equality means anything. Made by `databaseIncarnationOf`.
 */
export type DatabaseIncarnation = Branded<string, 'DatabaseIncarnation'>;
/** Which lease of its holder: 1 … 2⁵³−1. The holder counts; no two of its leases have the same. */
export type LeaseSeq = Branded<number, 'LeaseSeq'>;

/** The predecessor that the first append of every scope names. */
export const GENESIS = '0000000000000000' as AppendId;
export const VERSION_ZERO = 0 as Version;
/** In place of a highest version that is not to be known: none is as high. */
export const VERSION_UNKNOWN = Number.POSITIVE_INFINITY as Version;
export const SEQUENCE_ZERO = 0 as Sequence;

/** One process of one node. Events are told apart by (origin, sequence). */
export interface Origin {
  readonly node: NodeName;
  readonly epoch: Epoch;
}

/** @returns a map key that two equal origins share */
export function originId(origin: Origin): string {
  return `${origin.node}#${origin.epoch}`;
}

export function sameOrigin(a: Origin, b: Origin): boolean {
  return a.epoch === b.epoch && a.node === b.node;
}
