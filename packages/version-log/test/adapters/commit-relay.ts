import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Where a connection breaks: before the server has heard COMMIT, or when it has answered. */
export type Break = 'before' | 'after';

/** A TCP relay to a database that breaks the connection on which the next COMMIT is sent. */
export class CommitRelay {
  readonly #sockets = new Set<Socket>();
  #next: Break | undefined;

  /** @param url of the database; it goes with the test */
  static async open(
    url: string,
    defaultPort: number,
  ): Promise<{ relay: CommitRelay; url: string }> {
    const target = new URL(url);
    const port = Number(target.port || defaultPort);
    const server = createServer();
    const relay = new CommitRelay();
    server.on('connection', (near) => relay.#join(near, connect(port, target.hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      for (const socket of relay.#sockets) socket.destroy();
      server.close();
    });
    target.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { relay, url: target.href };
  }

  breakNext(moment: Break): void {
    this.#next = moment;
  }

  #join(near: Socket, far: Socket): void {
    let broken = false;
    const destroy = () => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', destroy);
    }
    near.on('data', (chunk) => {
      const isCommit = this.#next !== undefined && /commit/i.test(chunk.toString('latin1'));
      broken ||= isCommit;
      if (isCommit && this.#next === 'before') destroy();
      else far.write(chunk);
      if (isCommit) this.#next = undefined;
    });
    far.on('data', (chunk) => {
      if (broken) destroy();
      else near.write(chunk);
    });
  }
}
