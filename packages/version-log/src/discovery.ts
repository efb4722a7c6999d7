import {
  ConfigInvalidError,
  type DiscoveredNode,
  type DiscoveryProvider,
  LIMITS,
  nodeNameOf,
  type SelfAnnouncement,
} from '@hearsay/spi';
import type { WorkerClient } from './worker/client.js';
import { areAddresses } from './worker/node-rows.js';

/** Nodes that share a version log find each other by its rows. Out of reach, it fails like a poll. */
export class LogDiscovery implements DiscoveryProvider {
  readonly name = 'version-log';
  readonly #worker: WorkerClient;
  readonly #timeoutMs: number;

  constructor(worker: WorkerClient, timeoutMs: number) {
    this.#worker = worker;
    this.#timeoutMs = timeoutMs;
  }

  async discover(): Promise<readonly DiscoveredNode[]> {
    return this.#worker.call('discover', [], this.#timeoutMs);
  }

  /** @throws {NameInvalidError} {@link ConfigInvalidError} what others would have to refuse */
  async announce(self: SelfAnnouncement): Promise<void> {
    nodeNameOf(self.node);
    if (!areAddresses(self.addresses))
      throw new ConfigInvalidError(
        `announce 1 to ${LIMITS.addressesPerNodeMax} addresses of at most ${LIMITS.addressCharsMax} characters`,
      );
    await this.#worker.call('announce', [self], this.#timeoutMs);
  }

  async withdraw(self: SelfAnnouncement): Promise<void> {
    await this.#worker.call('withdraw', [self], this.#timeoutMs);
  }
}
