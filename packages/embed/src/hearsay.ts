import { EventEmitter } from 'node:events';
import type { DatabaseSync } from 'node:sqlite';
import type { Cache } from '@hearsay/cache';
import type { ClusterKeyring } from '@hearsay/mesh';
import type { ResetReason } from '@hearsay/protocol';
import {
  type Announcement,
  type CacheInvalidationTransport,
  ConfigInvalidError,
  formatToken,
  HearsayError,
  invalidationOf,
  type Logger,
  type MemberInspection,
  type MemberMetadata,
  type MembershipChange,
  type NodeCoherence,
  type Origin,
  parseToken,
  type Scope,
  type ScopeStatus,
  scopeOf,
  type Target,
  type TargetInput,
  type TransportHost,
  type TransportInspection,
  type Version,
} from '@hearsay/spi';
import {
  CommitUncertainError,
  TransactionEndedError,
  type WriteTransaction,
} from '@hearsay/version-log';
import { CacheRegistry } from './cache-registry.js';
import { FreshnessDriver, type Via } from './freshness-driver.js';
import type { NodeCacheOptions } from './options.js';
import type { Parts } from './parts.js';
import type { VersionLog } from './version-log.js';

/** Thrown by a node after `close`. Nothing is written, loaded or announced. */
export class NodeClosedError extends HearsayError {
  readonly code = 'HEARSAY_NODE_CLOSED';
}

/** What happened, for people and tests. A listener that throws is logged and changes nothing. */
export interface HearsayEvents {
  /** All invalidations of the scope up to this version are applied here. */
  applied: [{ readonly scope: Scope; readonly appliedThrough: Version; readonly via: Via }];
  reset: [{ readonly scope: Scope; readonly reason: ResetReason }];
  coherence: [NodeCoherence];
  /** Somebody joined, is suspected, died, left, came back or changed what it says of itself. */
  member: [MembershipChange];
}

export interface HearsayCounters {
  appliedByGossip: number;
  appliedByLog: number;
  appliedLocally: number;
  resets: number;
  polls: number;
  pollsFailed: number;
}

export interface HearsayStatus {
  readonly node: string;
  readonly epoch: string;
  readonly coherence: NodeCoherence;
  /** Whether the newest poll of the log was answered; `undefined` without a log or before the first. */
  readonly logReachable: boolean | undefined;
  /** What others are told to dial, as `host:port`. */
  readonly addresses: readonly string[];
  /** What this node listens on. */
  readonly listening: readonly string[];
  readonly peers: TransportInspection['peers'];
  readonly scopes: readonly ScopeStatus[];
  readonly counters: Readonly<HearsayCounters>;
  readonly transport: TransportInspection | undefined;
}

const APPLIED_BY = {
  gossip: 'appliedByGossip',
  log: 'appliedByLog',
  local: 'appliedLocally',
} as const;

/**
 * One node: log, transport and caches wired together. Made by `startHearsay`.
 * Caches and transport do not know each other; what arrives meets the caches here.
 */
export class Hearsay {
  readonly #self: Origin;
  readonly #log: VersionLog | undefined;
  readonly #transport: CacheInvalidationTransport | undefined;
  readonly #parts: Parts;
  readonly #logger: Logger;
  readonly #driver: FreshnessDriver;
  readonly #caches = new CacheRegistry();
  readonly #events = new EventEmitter<HearsayEvents>();
  readonly #applied = { appliedByGossip: 0, appliedByLog: 0, appliedLocally: 0, resets: 0 };
  #logReachable: boolean | undefined;
  #coherence: NodeCoherence = 'alone';
  #closing: Promise<void> | undefined;

  /** @internal */
  constructor(parts: Parts) {
    this.#parts = parts;
    this.#self = parts.self;
    this.#log = parts.log;
    this.#transport = parts.transport;
    this.#logger = parts.logger;
    this.#driver = new FreshnessDriver({
      source: parts.log,
      poll: parts.poll,
      clock: parts.clock,
      logger: parts.logger,
      onApply: (scope, targets, via) => this.#apply(scope, targets, via),
      onReset: (scope, reason) => this.#reset(scope, reason),
      onAdvanced: (scope, appliedThrough, via) =>
        this.#tell('applied', { scope, appliedThrough, via }),
      onLogReachable: (reachable) => {
        this.#logReachable = reachable;
        if (!reachable) this.#logger.warn({}, 'the version log is out of reach');
        this.#settleCoherence();
      },
    });
  }

  /** @internal */
  async startTransport(): Promise<void> {
    const host: TransportHost = {
      self: this.#self,
      clock: this.#parts.clock,
      logger: this.#logger,
      discovery: this.#parts.discovery,
      deliver: (events) => this.#driver.gossip(events),
      coherenceChanged: (coherence) => {
        this.#driver.coherence(coherence);
        this.#settleCoherence();
      },
      closeGap: (gap) => this.#driver.closeGap(gap),
    };
    this.#transport?.membership?.onChange((change) => this.#memberChanged(change));
    await this.#transport?.start(host);
  }

  /**
   * A local cache of one scope, kept coherent for as long as this node lives.
   * @throws {NameInvalidError} @throws {ConfigInvalidError} names the option
   */
  cache<V>(scope: string, options: NodeCacheOptions): Cache<V> {
    this.#checkOpen();
    const name = scopeOf(scope);
    const consistency = options.consistency ?? 'eventual';
    if (consistency !== 'eventual' && !this.#log)
      throw new ConfigInvalidError(`scope ${name}: bounded consistency needs the log option`);
    return this.#caches.open<V>(name, {
      ...options,
      consistency,
      clock: this.#parts.clock,
      freshness: this.#driver.use(name),
      announce: (targets) => this.#announce(targets.map((target) => ({ scope: name, target }))),
    });
  }

  /**
   * Runs a synchronous callback in a transaction on the service's own connection and appends what
   * it invalidates to the log, in that same transaction. Others hear of it after the commit.
   *
   * @param db a connection to the log's database without an open transaction
   * @returns what the callback returned, and the token with which a read anywhere sees this write
   * @throws {ConfigInvalidError} this node has no log
   * @throws {WriteContendedError} other writers held the database for too long; nothing is written
   * @throws what the callback throws; nothing is written
   */
  async write<T>(
    db: DatabaseSync,
    callback: (tx: WriteTransaction) => T,
  ): Promise<{ value: T; token: string }> {
    this.#checkOpen();
    if (!this.#log) throw new ConfigInvalidError('write needs the log option; invalidate does not');
    try {
      const { value, announcements, positions } = await this.#log.write(db, this.#self, callback);
      this.#publish(announcements);
      return { value, token: formatToken(positions) };
    } catch (error) {
      // The outcome is unknown: hints drop what it may have changed, everywhere (rule L2).
      if (error instanceof CommitUncertainError || error instanceof TransactionEndedError)
        this.#publish(error.hints);
      throw error;
    }
  }

  /**
   * Says that something is no longer true, in no transaction of the service's: after a change that
   * is already committed. With a log it is appended there and provable; without one it is a hint.
   * @returns a token as {@link write} does; `''` without a log
   * @throws {LogUnavailableError} {@link WriteContendedError} not in the log; a hint was sent instead
   */
  async invalidate(scope: string, target: TargetInput): Promise<string> {
    return this.#announce([invalidationOf(scope, target)]);
  }

  /**
   * Waits until the writes of a token are applied here.
   * @returns `false` when time ran out, or this node has no cache of one of its scopes
   * @throws {TokenInvalidError}
   */
  async reached(token: string, options: { readonly timeoutMs?: number } = {}): Promise<boolean> {
    const timeoutMs = options.timeoutMs ?? 2_000;
    const waits = parseToken(token).map((position) => this.#driver.reach(position, timeoutMs));
    return (await Promise.all(waits)).every(Boolean);
  }

  /** Who is in, as this node believes: ordered by name, this node included. Empty where the transport cannot know. */
  members(): readonly MemberInspection[] {
    return this.#closing === undefined ? (this.#transport?.membership?.members() ?? []) : [];
  }

  /** The cluster keys of the embedded mesh, to be changed while it runs; `undefined` with another transport. */
  get keyring(): ClusterKeyring | undefined {
    return this.#parts.keyring;
  }

  /** This node as the others are told of it; `undefined` where the transport knows no members. */
  localMember(): MemberInspection | undefined {
    return this.#closing === undefined ? this.#transport?.membership?.localMember() : undefined;
  }

  /**
   * Replaces what this node says of itself to all members.
   * @throws {ConfigInvalidError} the transport knows no members
   * @throws {MetadataTooLargeError} the old metadata stays
   */
  updateMetadata(metadata: MemberMetadata): void {
    this.#checkOpen();
    const membership = this.#transport?.membership;
    if (!membership) throw new ConfigInvalidError('metadata needs a transport that knows members');
    membership.updateMetadata(metadata);
  }

  status(): HearsayStatus {
    const transport = this.#transport?.inspect();
    return {
      ...this.#self,
      coherence: this.#coherence,
      logReachable: this.#logReachable,
      addresses: transport?.addresses ?? [],
      listening: transport?.listening ?? [],
      peers: transport?.peers ?? [],
      scopes: this.#driver.statuses(),
      counters: { ...this.#applied, ...this.#driver.counters },
      transport,
    };
  }

  on<Name extends keyof HearsayEvents>(
    name: Name,
    listener: (...event: HearsayEvents[Name]) => void,
  ): () => void {
    this.#events.on(name, listener as never);
    return () => this.#events.off(name, listener as never);
  }

  /** Leaves the mesh, aborts loads, frees everything. The service's own connections stay open. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    await this.#transport?.stop();
    this.#driver.stop();
    this.#caches.close();
    if (this.#parts.ownsLog) await this.#log?.close();
  }

  async #announce(
    invalidations: readonly { readonly scope: Scope; readonly target: Target }[],
  ): Promise<string> {
    this.#checkOpen();
    if (!this.#log) {
      this.#publish(invalidations);
      return '';
    }
    try {
      const { announcements, positions } = await this.#log.append(this.#self, invalidations);
      this.#publish(announcements);
      return formatToken(positions);
    } catch (error) {
      // What they name has changed already, log or no log: hints drop it everywhere (rule L2).
      this.#publish(invalidations);
      throw error;
    }
  }

  /** Applied here at once; a crash before others have heard is covered by their polls. */
  #publish(announcements: readonly Announcement[]): void {
    if (announcements.length === 0) return;
    this.#driver.committed(announcements);
    this.#transport?.publish(announcements).catch((error: unknown) => {
      this.#logger.debug({ error }, 'an announcement was not accepted; polling covers it');
    });
  }

  #apply(scope: Scope, targets: readonly Target[], via: Via): void {
    this.#applied[APPLIED_BY[via]] += targets.length;
    this.#caches.apply(scope, targets);
  }

  #reset(scope: Scope, reason: ResetReason): void {
    this.#applied.resets++;
    this.#caches.reset(scope, reason);
    if (reason !== 'first-use') this.#logger.warn({ scope, reason }, 'a scope was reset');
    this.#tell('reset', { scope, reason });
  }

  #memberChanged(change: MembershipChange): void {
    const { state } = change.member;
    if (change.before === 'alive' && (state === 'suspect' || state === 'dead')) {
      const left = this.members().filter((member) => member.state === 'alive');
      this.#driver.memberLost(left.length);
    }
    this.#tell('member', change);
  }

  #settleCoherence(): void {
    const heard = this.#transport?.coherence() ?? 'alone';
    const now = heard === 'isolated' && this.#logReachable === false ? 'dark' : heard;
    if (now === this.#coherence) return;
    this.#coherence = now;
    this.#tell('coherence', now);
  }

  #tell<Name extends keyof HearsayEvents>(name: Name, ...event: HearsayEvents[Name]): void {
    try {
      this.#events.emit(name, ...(event as never));
    } catch (error) {
      this.#logger.error({ error, event: name }, 'a listener threw');
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new NodeClosedError('this node is closed: start another');
  }
}
