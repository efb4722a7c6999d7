import { isIPv6 } from 'node:net';
import type { Clock } from '@hearsay/spi';

/** How long until one more handshake of an address may fail. */
const REFILL_MS = 1_000;
/** Whoever has more addresses than this is forgotten from the oldest on. */
export const ADDRESSES_MAX = 4_096;

/**
 * How many handshakes one address may still waste: each costs milliseconds of this node's processor,
 * and only after it does a stranger show. A token bucket per address (rule F: the table is bounded).
 */
export class HandshakeBudget {
  readonly #failuresMax: number;
  readonly #clock: Clock;
  /** Address → when it would be as good as new, had it failed no more. The oldest failure stands first. */
  readonly #goodAgainMs = new Map<string, number>();

  /** @param failuresMax how many may fail at once, at least 1 */
  constructor(failuresMax: number, clock: Clock) {
    this.#failuresMax = failuresMax;
    this.#clock = clock;
  }

  /** A handshake of this address ended with a refusal. */
  failed(host: string): void {
    const network = networkOf(host);
    const nowMs = this.#clock.monotonicMs();
    const fromMs = Math.max(nowMs, this.#goodAgainMs.get(network) ?? nowMs);
    this.#goodAgainMs.delete(network);
    this.#goodAgainMs.set(network, fromMs + REFILL_MS);
    const [oldest] = this.#goodAgainMs.keys();
    if (this.#goodAgainMs.size > ADDRESSES_MAX && oldest) this.#goodAgainMs.delete(oldest);
  }

  isSpent(host: string): boolean {
    const owedMs = (this.#goodAgainMs.get(networkOf(host)) ?? 0) - this.#clock.monotonicMs();
    return owedMs > (this.#failuresMax - 1) * REFILL_MS;
  }
}

/** One IPv4 address, or the 64 bits of an IPv6 address that name a network: it has all the rest to itself. */
function networkOf(host: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(host);
  if (mapped?.[1]) return mapped[1];
  if (!isIPv6(host)) return host;
  const [head = [], tail = []] = host.split('::').map((part) => part.split(':').filter(Boolean));
  const zeros = Array.from({ length: Math.max(0, 8 - head.length - tail.length) }, () => '0');
  const groups = [...head, ...zeros, ...tail].slice(0, 4);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
