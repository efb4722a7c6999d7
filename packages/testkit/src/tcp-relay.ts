import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP relay on loopback whose forwarding can be cut without closing anything: as when a cable is
 * pulled, both ends keep their connection, bytes pile up on the way, nobody is told.
 */
export class TcpRelay {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  #targetPort: number | undefined;
  #cut = false;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (near) => this.#accept(near));
  }

  /** Resolves once the relay has its port. Connections are refused until it has a target. */
  static async listen(): Promise<TcpRelay> {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TcpRelay(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** What to dial in place of the target, as `host:port`. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** @param port on loopback; `undefined` while nobody listens there */
  setTarget(port: number | undefined): void {
    this.#targetPort = port;
  }

  /** Stops forwarding in both directions; new connections are accepted and held. */
  cut(): void {
    this.#cut = true;
    for (const link of this.#links) link.hold();
  }

  /** Forwards what was held, in order, and goes on. */
  heal(): void {
    this.#cut = false;
    for (const link of this.#links) link.release(this.#targetPort);
  }

  async close(): Promise<void> {
    for (const link of this.#links) link.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(near: Socket): void {
    const link = new Link(near, () => this.#links.delete(link));
    this.#links.add(link);
    if (!this.#cut) link.release(this.#targetPort);
  }
}

/** One relayed connection. It is held until first released. */
class Link {
  readonly #near: Socket;
  readonly #whenGone: () => void;
  #far: Socket | undefined;
  #held = true;
  /** Sides that closed while the link was held: the other side must not learn of it yet. */
  #closedWhileHeld = false;

  constructor(near: Socket, whenGone: () => void) {
    this.#near = near;
    this.#whenGone = whenGone;
    near.on('error', ignore);
    near.on('close', () => this.#closed());
  }

  hold(): void {
    this.#held = true;
    this.#near.pause();
    this.#far?.pause();
  }

  release(targetPort: number | undefined): void {
    this.#held = false;
    const targetless = this.#far === undefined && targetPort === undefined;
    if (this.#closedWhileHeld || targetless) {
      this.destroy();
      return;
    }
    if (!this.#far) this.#dial(targetPort as number);
    this.#near.resume();
    this.#far?.resume();
  }

  destroy(): void {
    this.#held = false;
    this.#near.destroy();
    this.#far?.destroy();
    this.#whenGone();
  }

  #dial(port: number): void {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    this.#far = far;
    far.on('error', ignore);
    far.on('close', () => this.#closed());
    this.#forward(this.#near, far);
    this.#forward(far, this.#near);
  }

  #forward(from: Socket, to: Socket): void {
    from.on('data', (chunk) => {
      if (!to.write(chunk)) from.pause();
    });
    to.on('drain', () => {
      if (!this.#held) from.resume();
    });
    from.on('end', () => to.end());
  }

  #closed(): void {
    if (this.#held) this.#closedWhileHeld = true;
    else this.destroy();
  }
}

/** A broken connection is the relayed ends' affair; `close` follows and is handled. */
function ignore(): void {}
