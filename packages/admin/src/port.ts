import type {
  AppendId,
  Clock,
  Coherence,
  Logger,
  LogId,
  MemberAsking,
  MemberInspection,
  MembershipChange,
  NodeCoherence,
  Origin,
  Scope,
  ScopeStatus,
  Sequence,
  Target,
  TargetInput,
  TransportInspection,
  Version,
} from '@hearsay/spi';

/** How an invalidation got here: from another node, from the log, or announced here. */
export type Via = 'gossip' | 'log' | 'local';

/** One invalidation that was applied here. */
export interface Drop {
  readonly scope: Scope;
  readonly target: Target;
  readonly via: Via;
  /** Milliseconds since 1970, by this node's clock. */
  readonly atMs: number;
  /** Who announced it; `undefined` where the log's row does not say. */
  readonly from: Origin | undefined;
  /** `undefined` unless gossip brought it. */
  readonly sequence: Sequence | undefined;
  /** Its place in the log; `undefined` for a hint. */
  readonly place: DropPlace | undefined;
}

export interface DropPlace {
  readonly logId: LogId | undefined;
  readonly version: Version;
  readonly appendId: AppendId;
}

/** A scope that was dropped as a whole, by no invalidation. */
export interface ScopeReset {
  readonly scope: Scope;
  readonly reason: string;
  readonly atMs: number;
}

/** What happens in a node, told after it was done. */
export type NodeEvent =
  | { readonly kind: 'drop'; readonly drop: Drop }
  | {
      readonly kind: 'applied';
      readonly scope: Scope;
      readonly appliedThrough: Version;
      readonly via: Via;
    }
  | { readonly kind: 'reset'; readonly reset: ScopeReset }
  | { readonly kind: 'coherence'; readonly coherence: NodeCoherence }
  | { readonly kind: 'member'; readonly change: MembershipChange };

/** Whether a node can keep its promises a little longer, and why not. */
export interface Readiness {
  readonly ready: boolean;
  /** Empty when ready. */
  readonly reasons: readonly UnreadyReason[];
}

export interface UnreadyReason {
  readonly scope: Scope;
  /** What is the matter, in one word. */
  readonly kind: string;
  /** One line, for people. */
  readonly message: string;
}

/** A scope that is served under a lease. */
export interface ScopeLease {
  readonly scope: Scope;
  readonly leaseMs: number;
  /** How long the right to serve still lasts; not above 0 without one. */
  readonly rightForMs: number;
}

export interface NodeState {
  readonly coherence: Coherence | 'dark';
  readonly readiness: Readiness;
  /** Whether the newest poll of the log was answered; `undefined` without a log or before the first. */
  readonly logReachable: boolean | undefined;
  /** Why it was not, one line. */
  readonly logFailure: string | undefined;
  /** Whether it has a log at all. */
  readonly logged: boolean;
  /** The log that it follows; `undefined` before the first poll, or without one. */
  readonly logId: LogId | undefined;
  readonly scopes: readonly ScopeStatus[];
  readonly leases: readonly ScopeLease[];
  /** Only grow. */
  readonly counters: Readonly<Record<string, number>>;
  /** `undefined` for a node that lives by the log alone. */
  readonly transport: TransportInspection | undefined;
}

/** The cluster keys of a node; fingerprints are the first 8 hex digits of SHA-256, the primary key's first. */
export interface NodeKeyring {
  list(): readonly string[];
  /** @throws {HearsayError} the key is malformed or the ring is full */
  add(key: string): void;
  /** @throws {HearsayError} the key is not in the ring */
  use(key: string): void;
  /** @throws {HearsayError} the key is not in the ring, or the primary one */
  remove(key: string): void;
}

/** The newest drops and resets of a node, in bounded memory. */
export interface DropRecord {
  /**
   * What took, or would have taken, the entry under this key: drops by key, prefix and scope, all
   * drops by tag, for the tags of an entry are known to caches only, and resets.
   * @returns newest first, at most `max`
   */
  covering(scope: Scope, key: string, max: number): readonly (Drop | ScopeReset)[];
  /** Since when nothing was forgotten, in milliseconds since 1970. */
  readonly completeSinceMs: number;
}

/** Which entries of a scope: so many at random, or those under these keys. */
export type EntryPick = { readonly max: number } | { readonly keys: readonly string[] };

/** What a node has cached of a scope; digests in place of values. */
export interface EntrySample {
  /** How many caches of the scope there are. */
  readonly caches: number;
  /** Entries in all of them. */
  readonly cached: number;
  readonly entries: readonly {
    readonly key: string;
    /** `undefined` where none can be made of the value. */
    readonly digest: string | undefined;
    /** Since its ticket. */
    readonly ageMs: number;
  }[];
}

/** Whether the log takes what this node has to write. */
export interface LogCheck {
  /** `undefined` where it cannot be tried: no log, no scope, or a log that does not prune. */
  readonly writable: boolean | undefined;
  /** Why not, one line. */
  readonly failure: string | undefined;
}

/** What the admin API needs of a node. */
export interface AdminNode {
  readonly self: Origin;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly drops: DropRecord;
  /** `undefined` where the node has no keys of its own. */
  readonly keyring: NodeKeyring | undefined;
  /** `undefined` where the transport cannot ask members. */
  readonly asking: MemberAsking | undefined;
  state(): NodeState;
  /** Empty where the transport does not know them. */
  members(): readonly MemberInspection[];
  /** `undefined` where the transport does not know its members. */
  viewHash(): string | undefined;
  /** Digests are made now; nothing of it is kept. */
  sample(scope: Scope, pick: EntryPick): Promise<EntrySample>;
  /** Tries to update and to delete in the log, and changes nothing. */
  checkLog(): Promise<LogCheck>;
  /** @returns the token; `''` without a log @throws {HearsayError} not in the log; a hint was sent instead */
  invalidate(scope: Scope, targets: readonly TargetInput[]): Promise<string>;
  /** Asks the log too if gossip does not bring it. @throws {TokenInvalidError} */
  reached(token: string, timeoutMs: number): Promise<boolean>;
  /** @returns a function that removes the listener, which must not throw */
  on(listener: (event: NodeEvent) => void): () => void;
}
