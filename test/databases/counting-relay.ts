/** A relay on loopback that counts what goes through it: bytes both ways, and statements. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** `postgres` counts ReadyForQuery messages, `mysql` packets that begin a command. */
export type Protocol = 'postgres' | 'mysql';

export class CountingRelay {
  bytes = 0;
  statements = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async listen(protocol: Protocol, target: { port: number; host: string }) {
    const server = createServer();
    const relay = new CountingRelay(server);
    server.on('connection', (near) => relay.#join(near, connect(target), protocol));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return relay;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  reset(): void {
    this.bytes = 0;
    this.statements = 0;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket, far: Socket, protocol: Protocol): void {
    const count = () => {
      this.statements++;
    };
    // The one says when it is ready for the next, the other when the next begins.
    const watched = protocol === 'postgres' ? far : near;
    const watch = protocol === 'postgres' ? postgresMessages(count) : mysqlPackets(count);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk) => {
        this.bytes += chunk.length;
        if (from === watched) watch(chunk);
        to.write(chunk);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  }
}

/** Type, then a length that counts itself. */
function postgresMessages(onReady: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      if (rest[0] === 'Z'.charCodeAt(0)) onReady();
      rest = rest.subarray(1 + rest.readUInt32BE(1));
    }
  };
}

/** Length in three bytes, then the number of the packet in its command. */
function mysqlPackets(onCommand: () => void): (chunk: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUIntLE(0, 3)) {
      if (rest[3] === 0) onCommand();
      rest = rest.subarray(4 + rest.readUIntLE(0, 3));
    }
  };
}
