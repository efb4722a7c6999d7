import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Address } from '../address.js';

const DEADLINE_MS = 2_000;

/**
 * Host names to IP addresses as the system does it (hosts file and search domains included). The
 * system's call cannot be ended, so there is one at a time for a name, and whoever asks joins it.
 */
export class NameLookup {
  readonly #running = new Map<string, Promise<readonly string[]>>();

  /** @throws {Error} unknown, or no answer within two seconds */
  async places(address: Address): Promise<readonly Address[]> {
    const { host, port } = address;
    if (isIP(host) > 0) return [address];
    const deadline = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => deadline.reject(new Error(`${host}: no answer from name resolution`)),
      DEADLINE_MS,
    );
    try {
      const hosts = await Promise.race([this.#lookup(host), deadline.promise]);
      return hosts.map((ip) => ({ host: ip, port }));
    } finally {
      clearTimeout(timer);
    }
  }

  #lookup(host: string): Promise<readonly string[]> {
    const running = this.#running.get(host);
    if (running !== undefined) return running;
    const begun = lookup(host, { all: true })
      .then((found) => found.map(({ address }) => address))
      .finally(() => this.#running.delete(host));
    this.#running.set(host, begun);
    return begun;
  }
}
