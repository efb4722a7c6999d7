import { noise } from '@chainsafe/libp2p-noise';
import type { Connection } from '@libp2p/interface';
import type { TransportManager } from '@libp2p/interface-internal';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';

export type { Connection };

const DIAL_MS = 10_000;

/**
 * Speaks what members speak below their own protocols: TCP, Noise and yamux. It imports nothing of
 * this project, so that programs which Node runs as they are can use it too.
 */
export class ForeignPeer {
  readonly #transports: TransportManager;

  static async start(): Promise<ForeignPeer> {
    let transports: TransportManager | undefined;
    await createLibp2p({
      transports: [tcp({ dialOpts: { noDelay: true } })],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
      services: {
        captured: (components: { readonly transportManager: TransportManager }) => {
          transports = components.transportManager;
          return {};
        },
      },
    });
    if (!transports) throw new Error('libp2p has not built its services');
    return new ForeignPeer(transports);
  }

  private constructor(transports: TransportManager) {
    this.#transports = transports;
  }

  /**
   * Always a new connection: libp2p's own queue would let dials of one address share one.
   * @param address `127.0.0.1:port`
   */
  dial(address: string): Promise<Connection> {
    const [host, port] = address.split(':');
    const signal = AbortSignal.timeout(DIAL_MS);
    return this.#transports.dial(multiaddr(`/ip4/${host}/tcp/${port}`), { signal });
  }
}
