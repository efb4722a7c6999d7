import {
  ADMIN_LIMITS,
  type AdminConfig,
  type AdminNode,
  type AdminOptions,
  checkAdminOptions,
  MemberAnswers,
  type NodeState,
  traceDrops,
} from '@hearsay/admin';
import type { AdminServer } from '@hearsay/admin/server';
import type { Clock, Origin, Scope } from '@hearsay/spi';
import { DropRing } from './drop-ring.js';
import { sampleEntries } from './entry-sample.js';
import type { Hearsay } from './hearsay.js';
import { checkLog } from './log-check.js';
import { NodeEvents } from './node-events.js';
import type { Parts } from './parts.js';

type Server = typeof import('@hearsay/admin/server');

/** Lets a node be looked into: what it dropped, its answers to other members, and its server. */
export class NodeAdmin {
  readonly drops: DropRing;
  /** Followed besides those of the caches. */
  readonly scopes: readonly Scope[];
  readonly #config: AdminConfig;
  readonly #startServer: Server['startAdminServer'] | undefined;
  #answers: MemberAnswers | undefined;
  #endTracing: () => void = () => undefined;
  #server: AdminServer | undefined;

  /**
   * Loads the server too where there is to be one: later it would stop a node that others probe.
   * @throws {ConfigInvalidError} names the option @throws {NameInvalidError} a scope
   */
  static async load(options: AdminOptions, self: Origin, clock: Clock): Promise<NodeAdmin> {
    const config = checkAdminOptions(options);
    const isServed = config.place.kind !== 'none';
    const server = isServed ? await import('@hearsay/admin/server') : undefined;
    return new NodeAdmin(config, new DropRing(self, clock, ADMIN_LIMITS.dropsKept), server);
  }

  private constructor(config: AdminConfig, drops: DropRing, server: Server | undefined) {
    this.#config = config;
    this.#startServer = server?.startAdminServer;
    this.drops = drops;
    this.scopes = config.scopes;
  }

  /** Where the server listens; `undefined` without one. */
  get address(): string | undefined {
    return this.#server?.address;
  }

  /** @throws {AdminListenFailedError} */
  async start(hearsay: Hearsay, parts: Parts): Promise<void> {
    const node = adminNode(hearsay, parts, this.drops, this.#config.digest);
    this.#answers = new MemberAnswers(node);
    this.#answers.open();
    if (this.#config.tracing) this.#endTracing = traceDrops(node, this.#config.tracing);
    this.#server = await this.#startServer?.(node, this.#answers, this.#config);
  }

  async stop(): Promise<void> {
    this.#endTracing();
    this.#answers?.close();
    await this.#server?.stop();
  }
}

function adminNode(
  hearsay: Hearsay,
  parts: Parts,
  drops: DropRing,
  digest: AdminConfig['digest'],
): AdminNode {
  const { self, clock, logger, transport } = parts;
  const events = new NodeEvents(hearsay, drops, logger);
  return {
    self,
    clock,
    logger,
    drops,
    keyring: hearsay.keyring,
    asking: transport?.asking,
    state: () => stateOf(hearsay, drops, parts.log !== undefined),
    members: () => hearsay.members(),
    viewHash: () => (hearsay.members().length > 0 ? transport?.membership?.viewHash() : undefined),
    sample: (scope, pick) =>
      sampleEntries(hearsay.caches.of(scope), pick, { scope, digest, clock, logger }),
    checkLog: () => checkLog(parts.log, hearsay.status().scopes[0]?.scope),
    invalidate: (scope, targets) => hearsay.invalidate(scope, targets),
    reached: (token, timeoutMs) => hearsay.reached(token, { timeoutMs }),
    on: (listener) => events.on(listener),
  };
}

function stateOf(hearsay: Hearsay, { logId }: DropRing, logged: boolean): NodeState {
  const { ready, unready, strictScopes: leases, counters, ...status } = hearsay.status();
  const { coherence, logReachable, logFailure, scopes, transport } = status;
  return {
    ...{ coherence, logReachable, logFailure, logged, logId, scopes, leases, transport },
    readiness: { ready, reasons: unready },
    counters: { ...counters },
  };
}
