import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { TcpRelay } from '../src/tcp-relay.js';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Target {
  readonly port: number;
  readonly connections: Socket[];
  received(): string;
  /** Resolves once `received()` ends with `text`. */
  until(text: string): Promise<void>;
}

async function listen(): Promise<Target> {
  const connections: Socket[] = [];
  let received = '';
  const server = createServer((socket) => {
    connections.push(socket);
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk;
      server.emit('progress');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of connections) socket.destroy();
    server.close();
  });
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    received: () => received,
    until: async (text) => {
      while (!received.endsWith(text)) await once(server, 'progress');
    },
  };
}

async function relayTo(port: number | undefined): Promise<TcpRelay> {
  const relay = await TcpRelay.listen();
  relay.setTarget(port);
  closers.push(() => relay.close());
  return relay;
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  closers.push(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

/** A full round trip through an uncut relay: whatever was forwardable before has been forwarded. */
async function roundTrip(target: Target): Promise<void> {
  const relay = await relayTo(target.port);
  const socket = await dial(relay.port);
  socket.write('~');
  await target.until('~');
}

describe('a relay', () => {
  test('forwards both ways in order', async () => {
    const target = await listen();
    const relay = await relayTo(target.port);
    const near = await dial(relay.port);
    const numbers = Array.from({ length: 20_000 }, (_, i) => `${i};`).join('');
    near.write(`${numbers}end`);
    await target.until('end');
    expect(target.received()).toBe(`${numbers}end`);

    target.connections[0]?.write('answer');
    const [chunk] = await once(near, 'data');
    expect(String(chunk)).toBe('answer');
  });

  test('when cut, holds bytes without closing; healed, delivers them in order', async () => {
    const target = await listen();
    const relay = await relayTo(target.port);
    const near = await dial(relay.port);
    near.write('before;');
    await target.until('before;');

    relay.cut();
    near.write('held 1;');
    near.write('held 2;');
    await roundTrip(target);
    expect(target.received()).toBe('before;~');
    expect(near.destroyed).toBe(false);
    expect(target.connections[0]?.destroyed).toBe(false);

    relay.heal();
    await target.until('held 2;');
    expect(target.received()).toBe('before;~held 1;held 2;');
  });

  test('when cut, accepts new connections and holds them until healed', async () => {
    const target = await listen();
    const relay = await relayTo(target.port);
    relay.cut();
    const near = await dial(relay.port);
    near.write('late');
    await roundTrip(target);
    expect(target.connections).toHaveLength(1);

    relay.heal();
    await target.until('late');
    expect(target.connections).toHaveLength(2);
  });

  test('when cut, does not tell one end that the other has gone', async () => {
    const target = await listen();
    const relay = await relayTo(target.port);
    const near = await dial(relay.port);
    near.write('x');
    await target.until('x');
    relay.cut();
    target.connections[0]?.resetAndDestroy();
    await roundTrip(target);
    expect(near.destroyed).toBe(false);

    relay.heal();
    await once(near, 'close');
  });

  test('tells one end that the other has gone while it forwards', async () => {
    const target = await listen();
    const relay = await relayTo(target.port);
    const near = await dial(relay.port);
    near.write('x');
    await target.until('x');
    target.connections[0]?.destroy();
    await once(near, 'close');
  });

  test('closes connections at once while it has no target', async () => {
    const relay = await relayTo(undefined);
    const near = await dial(relay.port);
    near.resume();
    await once(near, 'close');
  });

  test('sends new connections to a new target', async () => {
    const first = await listen();
    const second = await listen();
    const relay = await relayTo(first.port);
    relay.setTarget(second.port);
    const near = await dial(relay.port);
    near.write('hello');
    await second.until('hello');
    expect(first.connections).toHaveLength(0);
  });
});
