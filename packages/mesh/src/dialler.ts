import type {
  Clock,
  DiscoveredNode,
  DiscoveryProvider,
  Logger,
  SelfAnnouncement,
} from '@hearsay/spi';
import { type Address, formatAddress, parseAddress } from './address.js';

const ROUND_MS = 200;
const DISCOVER_MS = 2_000;
const ANNOUNCE_MS = 10_000;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 1_500;
const TARGETS_MAX = 1_024;

/** One node to be linked to: its addresses are tried in turn, with capped and jittered back-off, for life. */
interface Target {
  readonly known: DiscoveredNode;
  readonly addresses: readonly Address[];
  attempts: number;
  dueMs: number;
  dialling: boolean;
  /** It turned out to be this very node. */
  isSelf: boolean;
}

export interface DiallerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: readonly DiscoveryProvider[];
  readonly self: () => SelfAnnouncement;
  /** Whether a link to this node, or one that was dialled at this address, is up. */
  readonly isLinked: (known: DiscoveredNode, addresses: readonly string[]) => boolean;
  /** @returns `self` when it reached this very node; rejects when nobody was admitted there */
  readonly dial: (address: Address) => Promise<'linked' | 'self'>;
  readonly onOthersKnown: (count: number) => void;
}

/** Asks every provider again and again whom there is, and dials whoever is not linked. Never finished. */
export class Dialler {
  readonly #options: DiallerOptions;
  readonly #targets = new Map<string, Map<string, Target>>();
  readonly #timers: NodeJS.Timeout[] = [];
  #stopped = false;

  constructor(options: DiallerOptions) {
    this.#options = options;
  }

  start(): void {
    for (const provider of this.#options.providers) {
      this.#every(DISCOVER_MS, () => this.#discover(provider));
      if (provider.announce)
        this.#every(ANNOUNCE_MS, async () => provider.announce?.(this.#options.self()));
    }
    this.#timers.push(setInterval(() => this.#round(), ROUND_MS));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const self = this.#options.self();
    await Promise.allSettled(this.#options.providers.map((provider) => provider.withdraw?.(self)));
  }

  /** Runs now and then at intervals, one run at a time; the failure of one provider is its own. */
  #every(intervalMs: number, run: () => Promise<void>): void {
    let running = false;
    const attempt = async () => {
      if (running || this.#stopped) return;
      running = true;
      try {
        await run();
      } catch (error) {
        this.#options.logger.debug({ error }, 'a discovery provider failed');
      } finally {
        running = false;
      }
    };
    void attempt();
    this.#timers.push(setInterval(() => void attempt(), intervalMs));
  }

  async #discover(provider: DiscoveryProvider): Promise<void> {
    const found = await provider.discover();
    if (this.#stopped) return;
    const before = this.#targets.get(provider.name);
    const now = new Map<string, Target>();
    for (const known of found.slice(0, TARGETS_MAX)) {
      if (known.node !== undefined && known.node === this.#options.self().node) continue;
      const id = `${known.node ?? ''}#${known.epoch ?? ''}@${known.addresses.join()}`;
      const target = before?.get(id) ?? newTarget(known);
      if (target) now.set(id, target);
    }
    this.#targets.set(provider.name, now);
    this.#report();
    this.#round();
  }

  #round(): void {
    if (this.#stopped) return;
    const nowMs = this.#options.clock.monotonicMs();
    for (const targets of this.#targets.values())
      for (const target of targets.values())
        if (!target.isSelf && !target.dialling && target.dueMs <= nowMs)
          void this.#try(target, nowMs);
  }

  async #try(target: Target, nowMs: number): Promise<void> {
    const texts = target.addresses.map(formatAddress);
    if (this.#options.isLinked(target.known, texts)) {
      target.attempts = 0;
      target.dueMs = nowMs + ROUND_MS;
      return;
    }
    const address = target.addresses[target.attempts % target.addresses.length] as Address;
    target.dialling = true;
    target.attempts++;
    try {
      if ((await this.#options.dial(address)) === 'self') {
        target.isSelf = true;
        this.#report();
      }
    } catch {
      // Refused or out of reach: tried again below, for as long as the node lives.
    }
    target.dialling = false;
    const backoffMs = Math.min(
      BACKOFF_MAX_MS,
      BACKOFF_MIN_MS * 2 ** Math.min(target.attempts - 1, 8),
    );
    target.dueMs = this.#options.clock.monotonicMs() + backoffMs * (0.5 + Math.random() / 2);
  }

  #report(): void {
    let count = 0;
    for (const targets of this.#targets.values())
      for (const target of targets.values()) if (!target.isSelf) count++;
    this.#options.onOthersKnown(count);
  }
}

function newTarget(known: DiscoveredNode): Target | undefined {
  const addresses = known.addresses.flatMap((text) => {
    try {
      return [parseAddress(text, 'a discovered address')];
    } catch {
      return [];
    }
  });
  if (addresses.length === 0) return undefined;
  return { known, addresses, attempts: 0, dueMs: 0, dialling: false, isSelf: false };
}
