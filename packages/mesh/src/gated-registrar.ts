import type { Connection, PeerId, Stream, StreamHandler, Topology } from '@libp2p/interface';
import type { Registrar } from '@libp2p/interface-internal';

/**
 * A registrar that knows only admitted peers. Gossipsub talks to whomever its registrar names and
 * answers every inbound stream, so strangers are kept out of both here.
 */
export class GatedRegistrar {
  readonly #registrar: Registrar;
  readonly #admitted: (connection: Connection) => Promise<boolean>;
  readonly #topologies = new Map<string, Topology>();
  #lastId = 0;

  /** @param admitted waits for the admission of a connection that is under way */
  constructor(registrar: Registrar, admitted: (connection: Connection) => Promise<boolean>) {
    this.#registrar = registrar;
    this.#admitted = admitted;
  }

  async handle(
    protocol: string,
    handler: StreamHandler,
    options?: Parameters<Registrar['handle']>[2],
  ): Promise<void> {
    await this.#registrar.handle(
      protocol,
      async (stream: Stream, connection: Connection) => {
        if (await this.#admitted(connection)) await handler(stream, connection);
        else stream.abort(new Error('not admitted'));
      },
      options,
    );
  }

  async unhandle(protocol: string): Promise<void> {
    await this.#registrar.unhandle(protocol);
  }

  async register(_protocol: string, topology: Topology): Promise<string> {
    const id = String(++this.#lastId);
    this.#topologies.set(id, topology);
    return id;
  }

  unregister(id: string): void {
    this.#topologies.delete(id);
  }

  getTopologies(): Topology[] {
    return this.#distinct();
  }

  connected(peerId: PeerId, connection: Connection): void {
    for (const topology of this.#distinct()) void topology.onConnect?.(peerId, connection);
  }

  disconnected(peerId: PeerId): void {
    for (const topology of this.#distinct()) void topology.onDisconnect?.(peerId);
  }

  /** Gossipsub registers one topology under each version of its protocol. */
  #distinct(): Topology[] {
    return [...new Set(this.#topologies.values())];
  }
}
