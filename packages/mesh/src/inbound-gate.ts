import { BlockList, type SocketAddress } from 'node:net';
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface';
import { fromMultiaddr } from './address.js';
import type { AdmissionRefusal } from './errors.js';
import type { HandshakeBudget } from './handshake-budget.js';
import type { Refusals } from './refusals.js';

/** How long a connection may take until it is encrypted, and as long again until it is admitted. */
export const HANDSHAKE_MS = 5_000;

export interface InboundGateOptions {
  /** All connections, in both directions, in whatever state. */
  readonly connectionsMax: number;
  /** Connections from others that are not admitted yet. */
  readonly admissionsPendingMax: number;
  readonly refusals: Refusals;
  readonly budget: HandshakeBudget;
}

/** What the gate cannot see itself: the connections that are encrypted. */
export interface ConnectionCounts {
  readonly open: () => number;
  /** Those of others that are encrypted and not admitted yet. */
  readonly pending: () => number;
}

/**
 * The first barrier: bounds how many connections there are and how many strangers may be at the
 * door at once, before anything is spent on them. libp2p refuses too, but does not say so, and makes
 * room for a stranger by closing the connection of a member.
 */
export class InboundGate {
  readonly #options: InboundGateOptions;
  readonly #handshaking = new Map<MultiaddrConnection, NodeJS.Timeout>();
  #counts: ConnectionCounts = { open: () => 0, pending: () => 0 };

  constructor(options: InboundGateOptions) {
    this.#options = options;
  }

  watch(counts: ConnectionCounts): void {
    this.#counts = counts;
  }

  /** For the server that listens: it makes neither a socket nor a connection of what is refused here. */
  readonly door: BlockList = new Door((host) => this.#isClosedTo(host));

  /** The same for those whose address the door could not tell, and whatever comes after it. */
  readonly gater: ConnectionGater = {
    denyDialMultiaddr: () => this.#connections >= this.#options.connectionsMax,
    denyInboundConnection: (raw) => !this.#enter(raw),
    denyInboundUpgradedConnection: (_peer, raw) => {
      this.#leave(raw);
      return false;
    },
  };

  get #connections(): number {
    return this.#handshaking.size + this.#counts.open();
  }

  #enter(raw: MultiaddrConnection): boolean {
    const host = fromMultiaddr(raw.remoteAddr)?.host ?? raw.remoteAddr.toString();
    if (this.#isClosedTo(host)) return false;
    const deadline = setTimeout(() => {
      this.#refuse(raw, 'timeout', 'no encryption in time');
      raw.abort(new Error('no encryption in time'));
    }, HANDSHAKE_MS);
    this.#handshaking.set(raw, deadline);
    raw.addEventListener('close', ({ local, error }) => {
      if (local && error && isJunk(error)) this.#refuse(raw, 'foreign', error.message);
      else this.#leave(raw);
    });
    return true;
  }

  /** Counts the refusal where there is no room for one more, or not for one from there. */
  #isClosedTo(host: string): boolean {
    const { connectionsMax, admissionsPendingMax, refusals, budget } = this.#options;
    const pending = this.#handshaking.size + this.#counts.pending();
    const refuse = (what: string): true => {
      refusals.refused('limit', host, `${what}, which is the limit`);
      return true;
    };
    if (budget.isSpent(host)) return refuse('too many handshakes from there failed');
    if (pending >= admissionsPendingMax) return refuse(`${pending} wait for admission`);
    if (this.#connections >= connectionsMax)
      return refuse(`there are ${this.#connections} connections`);
    return false;
  }

  #refuse(raw: MultiaddrConnection, reason: AdmissionRefusal, text: string): void {
    if (this.#leave(raw)) this.#options.refusals.refused(reason, raw.remoteAddr.toString(), text);
  }

  #leave(raw: MultiaddrConnection): boolean {
    clearTimeout(this.#handshaking.get(raw));
    return this.#handshaking.delete(raw);
  }
}

/** What Node asks about the address of each connection as soon as the kernel has accepted it. */
class Door extends BlockList {
  readonly #isClosedTo: (address: string) => boolean;

  constructor(isClosedTo: (address: string) => boolean) {
    super();
    this.#isClosedTo = isClosedTo;
  }

  override check(address: SocketAddress | string): boolean {
    return this.#isClosedTo(typeof address === 'string' ? address : address.address);
  }
}

/** A broken socket, this node's own dial of itself, or its own end say nothing about the peer. */
function isJunk(error: Error): boolean {
  return !('syscall' in error) && !['AbortError', 'InvalidPeerIdError'].includes(error.name);
}
