import { type Evidence, type Link, silentForMs } from '@hearsay/protocol';
import { type NodeName, type Origin, originId, type PeerInspection } from '@hearsay/spi';
import type { Connection, PeerId } from '@libp2p/interface';
import type { Admitted } from './admission.js';
import type { ClusterKey } from './cluster-key.js';
import { SendQueue } from './send-queue.js';

export const LINK_PROTOCOL = '/hearsay/link/1';

const SECOND_CLOSES_AFTER_MS = 1_000;
/** Two connections of one peer within this time are duplicates; a later one says that the first is lost. */
const DUPLICATE_WITHIN_MS = 5_000;

/** One admitted peer: the connection in use, and what waits to be sent to it. */
export interface PeerLink extends Admitted {
  readonly queue: SendQueue;
  readonly upAtMs: number;
}

export interface LinksOptions {
  readonly peerId: PeerId;
  readonly sendQueueBytesMax: number;
  /** @param replaced the link whose place it takes, without the peer having been gone */
  readonly onUp: (link: PeerLink, replaced: PeerLink | undefined) => void;
  /** @param evidence `closed`: by the other side */
  readonly onDown: (link: PeerLink, evidence: Evidence) => void;
  readonly onOverflow: (peer: Origin) => void;
}

/**
 * The framed streams to every admitted peer, one a direction. Of several connections made at once
 * both sides keep the same: whose dialler has the smaller peer ID, then the smaller nonce.
 */
export class Links {
  readonly #options: LinksOptions;
  readonly #links = new Map<string, PeerLink>();

  constructor(options: LinksOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#links.size;
  }

  [Symbol.iterator](): IterableIterator<PeerLink> {
    return this.#links.values();
  }

  /** Whether a process of this name is linked, of whatever epoch. */
  has(node: NodeName): boolean {
    for (const { peer } of this.#links.values()) if (peer.node === node) return true;
    return false;
  }

  get(peer: Origin): PeerLink | undefined {
    return this.#links.get(originId(peer));
  }

  /** @param links those that the machine keeps */
  inspect(links: readonly Link[], nowMs: number): PeerInspection[] {
    return links.map((link) => {
      const known = this.get(link.peer);
      return {
        origin: link.peer,
        addresses: known?.addresses ?? [],
        silentForMs: silentForMs(link, nowMs),
        roundTripMs: link.roundTripMs,
        sendQueueBytes: known?.queue.bytes ?? 0,
        ...(known && { protocolVersion: known.version }),
      };
    });
  }

  admit(admitted: Admitted): void {
    const known = this.get(admitted.peer);
    if (known?.connection.status === 'open' && known.connection !== admitted.connection) {
      if (!this.#isPreferred(admitted, known)) {
        closeSecond(admitted.connection);
        return;
      }
      closeSecond(known.connection);
    }
    const { sendQueueBytesMax, onOverflow } = this.#options;
    const queue = new SendQueue(sendQueueBytesMax, () => onOverflow(admitted.peer));
    const link: PeerLink = { ...admitted, queue, upAtMs: performance.now() };
    this.#links.set(originId(admitted.peer), link);
    this.#options.onUp(link, known);
    admitted.connection
      .newStream(LINK_PROTOCOL, { signal: AbortSignal.timeout(5_000) })
      .then((stream) => queue.attach(stream))
      .catch((error: Error) => this.#abort(link, error));
  }

  closed(connection: Connection): void {
    for (const [id, link] of this.#links)
      if (link.connection === connection) {
        this.#links.delete(id);
        this.#options.onDown(link, 'closed');
      }
  }

  /** Cuts off whoever is linked on the strength of this key. */
  abortAdmittedBy(key: ClusterKey): void {
    for (const link of [...this.#links.values()])
      if (link.key === key) this.abort(link.peer, 'its key was removed');
  }

  /** Cuts a peer off at once. */
  abort(peer: Origin, reason: string): void {
    const link = this.get(peer);
    if (link) this.#abort(link, new Error(reason));
  }

  /** Taken down first, so that the end of its connection is not taken for the other side's doing. */
  #abort(link: PeerLink, error: Error): void {
    if (this.get(link.peer) === link) {
      this.#links.delete(originId(link.peer));
      this.#options.onDown(link, 'silent');
    }
    link.connection.abort(error);
  }

  #isPreferred(candidate: Admitted, known: PeerLink): boolean {
    if (performance.now() - known.upAtMs > DUPLICATE_WITHIN_MS) return true;
    const { direction, remotePeer } = candidate.connection;
    if (direction === known.connection.direction) return candidate.tie < known.tie;
    return (direction === 'outbound') === this.#options.peerId.toString() < remotePeer.toString();
  }
}

/** Later, so that the other side can finish admitting it and see for itself that it is the second. */
function closeSecond(connection: Connection): void {
  setTimeout(() => {
    connection.close().catch((error: Error) => connection.abort(error));
  }, SECOND_CLOSES_AFTER_MS).unref();
}
