import { type Origin, originId } from '@hearsay/spi';
import type { Connection, PeerId } from '@libp2p/interface';
import type { Admitted } from './admission.js';
import { SendQueue } from './send-queue.js';

export const LINK_PROTOCOL = '/hearsay/link/1';

/** One admitted peer: the connection in use, and what waits to be sent to it. */
export interface PeerLink extends Admitted {
  readonly queue: SendQueue;
}

export interface LinksOptions {
  readonly peerId: PeerId;
  readonly sendQueueBytesMax: number;
  readonly onUp: (link: PeerLink) => void;
  readonly onDown: (link: PeerLink) => void;
  readonly onOverflow: (peer: Origin) => void;
}

/**
 * The framed streams to every admitted peer, one a direction. Where both sides dialled at once,
 * both keep the connection whose dialler has the smaller peer ID.
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

  get(peer: Origin): PeerLink | undefined {
    return this.#links.get(originId(peer));
  }

  admit(admitted: Admitted): void {
    const known = this.get(admitted.peer);
    if (known?.connection.status === 'open' && known.connection !== admitted.connection) {
      if (!this.#isPreferred(admitted.connection, known.connection)) {
        closeQuietly(admitted.connection);
        return;
      }
      this.#links.delete(originId(known.peer));
      this.#options.onDown(known);
      closeQuietly(known.connection);
    }
    const { sendQueueBytesMax, onOverflow } = this.#options;
    const queue = new SendQueue(sendQueueBytesMax, () => onOverflow(admitted.peer));
    const link: PeerLink = { ...admitted, queue };
    this.#links.set(originId(admitted.peer), link);
    this.#options.onUp(link);
    admitted.connection
      .newStream(LINK_PROTOCOL, { signal: AbortSignal.timeout(5_000) })
      .then((stream) => queue.attach(stream))
      .catch((error: Error) => admitted.connection.abort(error));
  }

  closed(connection: Connection): void {
    for (const [id, link] of this.#links)
      if (link.connection === connection) {
        this.#links.delete(id);
        this.#options.onDown(link);
      }
  }

  /** Cuts a peer off at once. */
  abort(peer: Origin, reason: string): void {
    const link = this.get(peer);
    if (!link) return;
    this.#links.delete(originId(peer));
    this.#options.onDown(link);
    link.connection.abort(new Error(reason));
  }

  #isPreferred(candidate: Connection, known: Connection): boolean {
    if (candidate.direction === known.direction) return true;
    const mine = this.#options.peerId.toString();
    const theirs = candidate.remotePeer.toString();
    return (candidate.direction === 'outbound') === mine < theirs;
  }
}

function closeQuietly(connection: Connection): void {
  connection.close().catch((error: Error) => connection.abort(error));
}
