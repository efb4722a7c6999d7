import { EventEmitter } from 'node:events';
import type { Cache } from '@hearsay/cache';
import type { ClusterKeyring } from '@hearsay/mesh';
import type { ResetReason } from '@hearsay/protocol';
import {
  type Announcement,
  type CacheInvalidationTransport,
  ConfigInvalidError,
  invalidationOf,
  type Logger,
  type MemberInspection,
  type MemberMetadata,
  type MembershipChange,
  type NodeCoherence,
  type Origin,
  parseToken,
  type Scope,
  scopeOf,
  type Target,
  type TargetInput,
  type TransportHost,
} from '@hearsay/spi';
import type { SqlTransaction } from '@hearsay/version-log';
import { AppliedCounters } from './applied-counters.js';
import { CacheRegistry } from './cache-registry.js';
import { NodeClosedError } from './errors.js';
import { FreshnessDriver, type Via } from './freshness-driver.js';
import { LogWriter, type PendingWrite, type Write } from './log-writer.js';
import type { HearsayEvents, HearsayStatus } from './node-status.js';
import type { NodeCacheOptions } from './options.js';
import type { Parts } from './parts.js';
import { Pruning } from './pruning.js';
import {
  type PendingRevocation,
  Revocations,
  type RevokeResult,
  type WriteAndRevoke,
} from './revocations.js';
import { StrictScopes } from './strict-scopes.js';
import type { VersionLog } from './version-log.js';

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
  readonly #writer: LogWriter;
  readonly #strict: StrictScopes;
  readonly #revocations: Revocations;
  readonly #pruning: Pruning | undefined;
  /** @internal */
  readonly caches = new CacheRegistry();
  readonly #events = new EventEmitter<HearsayEvents>();
  readonly #applied = new AppliedCounters();
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
    const publish = (announcements: readonly Announcement[]) => this.#publish(announcements);
    const { self, log, clock, logger } = parts;
    const used = () => this.#driver.statuses().map(({ scope }) => scope);
    this.#pruning = Pruning.start(log, parts.prune, logger, used);
    this.#writer = new LogWriter({ self, log, publish });
    this.#strict = new StrictScopes(parts, () => this.#driver);
    this.#revocations = new Revocations({ self, log, clock, publish, strict: this.#strict });
    this.#driver = new FreshnessDriver({
      self: parts.self,
      source: parts.log,
      transport: parts.transport,
      poll: parts.poll,
      clock: parts.clock,
      logger: parts.logger,
      admin: parts.admin,
      observer: this.#strict,
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
    this.#driver.meet();
  }

  /**
   * A local cache of one scope, kept coherent for as long as this node lives.
   * @throws {NameInvalidError} @throws {ConfigInvalidError} names the option
   */
  cache<V>(scope: string, options: NodeCacheOptions): Cache<V> {
    this.#checkOpen();
    const name = scopeOf(scope);
    const consistency = options.consistency ?? 'eventual';
    return this.caches.open<V>(name, {
      ...options,
      consistency,
      clock: this.#parts.clock,
      freshness: this.#strict.use(name, consistency),
      announce: (targets) => this.#announce(targets.map((target) => ({ scope: name, target }))),
    });
  }

  /**
   * Runs the callback once, in a transaction on the service's own connection, and appends what it
   * invalidates, last in it. Others hear of it after the commit.
   * @throws {ConfigInvalidError} this node has no log
   * @throws as {@link Write}
   */
  readonly write: Write = (async (db: object, callback: (...args: never[]) => unknown) => {
    this.#checkOpen();
    return this.#writer.write(db, callback);
  }) as Write;

  /**
   * Appends in a transaction that an object mapper or the service itself has open, as the last thing
   * in it. Tell the returned object how the transaction ended.
   * @throws {ConfigInvalidError} this node has no log
   * @throws {WriteContendedError} roll back, and retry the transaction
   */
  async append(
    tx: SqlTransaction,
    invalidations: readonly (readonly [scope: string, target: TargetInput])[],
  ): Promise<PendingWrite> {
    this.#checkOpen();
    return this.#writer.append(tx, invalidations);
  }

  /**
   * Says that something is no longer true, in no transaction of the service's: after a change that
   * is already committed. With a log it is appended there and provable; without one it is a hint.
   * @returns a token as {@link write} does; `''` without a log
   * @throws {LogUnavailableError} {@link WriteContendedError} not in the log; a hint was sent instead
   */
  async invalidate(scope: string, target: TargetInput | readonly TargetInput[]): Promise<string> {
    return this.#announce([target].flat().map((one) => invalidationOf(scope, one)));
  }

  /**
   * As {@link invalidate}, and returns when no node serves any more what it names: at once when all
   * holders of a lease acknowledge, after L otherwise. For strict scopes (docs/STRICT.md).
   * @throws {ConfigInvalidError} this node's log has no lease table
   * @throws {NodeClosedError} closed meanwhile: it is committed, and others may serve it for L
   */
  async revoke(scope: string, target: TargetInput): Promise<RevokeResult> {
    this.#checkOpen();
    return this.#revocations.revoke(invalidationOf(scope, target));
  }

  /** As {@link write}, and returns when no node serves any more what the callback invalidates. @throws as {@link WriteAndRevoke} */
  readonly writeAndRevoke: WriteAndRevoke = (async (
    db: object,
    callback: (...args: never[]) => unknown,
  ) => {
    this.#checkOpen();
    return this.#revocations.write(db, callback);
  }) as WriteAndRevoke;

  /** As {@link append}, to be told of its commit and awaited then. @throws {RevocationEmptyError} */
  async appendAndRevoke(
    tx: SqlTransaction,
    invalidations: readonly (readonly [scope: string, target: TargetInput])[],
  ): Promise<PendingRevocation> {
    this.#checkOpen();
    return this.#revocations.append(tx, invalidations);
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
    const unready = this.#strict.unready();
    return {
      ...this.#self,
      coherence: this.#coherence,
      logReachable: this.#logReachable,
      logFailure: this.#driver.pollFailure,
      addresses: transport?.addresses ?? [],
      listening: transport?.listening ?? [],
      peers: transport?.peers ?? [],
      scopes: this.#driver.statuses(),
      strictScopes: this.#strict.statuses(),
      ready: unready.length === 0,
      unready,
      counters: { ...this.#applied.read(), ...this.#driver.counters, ...this.#strict.counters() },
      transport,
      adminAddress: this.#parts.admin?.address,
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
    await this.#parts.admin?.stop();
    this.#pruning?.stop();
    await this.#strict.stop();
    await this.#transport?.stop();
    this.#driver.stop();
    this.caches.close();
    if (this.#parts.ownsLog) await this.#log?.close();
  }

  async #announce(
    invalidations: readonly { readonly scope: Scope; readonly target: Target }[],
  ): Promise<string> {
    this.#checkOpen();
    return this.#writer.announce(invalidations);
  }

  /** Applied here at once; a crash before others have heard is covered by their polls. */
  #publish(announcements: readonly Announcement[]): void {
    if (announcements.length === 0) return;
    for (const { scope } of announcements) this.#pruning?.wrote(scope);
    this.#driver.committed(announcements);
    this.#transport?.publish(announcements).catch((error: unknown) => {
      this.#logger.debug({ err: error }, 'an announcement was not accepted; polling covers it');
    });
  }

  #apply(scope: Scope, targets: readonly Target[], via: Via): void {
    this.#applied.applied(targets.length, via);
    this.caches.apply(scope, targets);
  }

  #reset(scope: Scope, reason: ResetReason): void {
    this.#applied.reset(reason);
    this.caches.reset(scope, reason);
    this.#strict.reset(reason);
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
      this.#logger.error({ err: error, event: name }, 'a listener threw');
    }
  }

  #checkOpen(): void {
    if (this.#closing !== undefined)
      throw new NodeClosedError('this node is closed: start another');
  }
}
