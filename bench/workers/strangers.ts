/** Strangers, all in one process: they come to one member again and again, and are never let in. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setPriority } from 'node:os';
import { type Epoch, nodeNameOf } from '@hearsay/spi';
import { encodeHello } from '@hearsay/wire';
import { type Connection, ForeignPeer } from '../../packages/mesh/test/foreign-peer.ts';
import { pause } from '../time.ts';
import { serve } from '../worker.ts';

/**
 * - `silent`: a TCP connection and nothing more
 * - `drip`: the same, with one byte of a handshake a second
 * - `idle`: an encrypted connection and nothing more
 * - `wrong-key`: says its hello, as a node of another cluster does
 */
export type Conduct = 'silent' | 'drip' | 'idle' | 'wrong-key';

export interface Attack {
  readonly conduct: Conduct;
  readonly strangers: number;
  /** Of the member that they come to. */
  readonly address: string;
}

/** Strangers on machines of their own would not take the members' processor time. */
const NICENESS = 10;
/** Whoever was turned away is back so long after it came last. */
const RETURN_MS = 1_000;
const DRIP_EVERY_MS = 1_000;
const ADMISSION_PROTOCOL = '/hearsay/admission/1';

/** Each resolves once the member has closed the connection. */
const VISITS: Readonly<Record<Conduct, (address: string) => Promise<unknown>>> = {
  silent: async (address) => once(socketTo(address), 'close'),
  drip: async (address) => {
    const socket = socketTo(address);
    // Half of Noise's length of a message, so that it always waits for the rest of one.
    const timer = setInterval(() => socket.write(Uint8Array.of(19)), DRIP_EVERY_MS);
    await once(socket, 'close');
    clearInterval(timer);
  },
  idle: async (address) => untilClosed(await dial(address)),
  'wrong-key': async (address) => {
    const connection = await dial(address);
    const closed = untilClosed(connection);
    const stream = await connection.newStream(ADMISSION_PROTOCOL);
    const hello = helloOfAnotherCluster();
    // A length below 128 is one byte.
    stream.send(Buffer.concat([Uint8Array.of(hello.byteLength), hello]));
    await closed;
  },
};

const ends = new Set<() => void>();
let peer: ForeignPeer;
let isOn = false;
let visits = 0;
let comings: Promise<void>[] = [];

async function start(): Promise<void> {
  setPriority(NICENESS);
  peer = await ForeignPeer.start();
}

/** They come one after the other within the time after which each would come again. */
function attack({ conduct, strangers, address }: Attack): void {
  isOn = true;
  visits = 0;
  comings = Array.from({ length: strangers }, (_, index) =>
    comeAgainAndAgain(() => VISITS[conduct](address), (index / strangers) * RETURN_MS),
  );
}

/** Closes all connections. @returns how often they have come */
async function cease(): Promise<number> {
  isOn = false;
  for (const end of ends) end();
  await Promise.all(comings);
  return visits;
}

async function comeAgainAndAgain(visit: () => Promise<unknown>, afterMs: number): Promise<void> {
  await pause(afterMs);
  while (isOn) {
    const rest = pause(RETURN_MS);
    visits++;
    // Turned away in the middle of something.
    await visit().catch(() => {});
    await rest;
  }
}

function socketTo(address: string): Socket {
  const socket = connect(Number(address.split(':')[1]), '127.0.0.1').resume();
  const end = (): void => void socket.destroy();
  ends.add(end);
  return socket.on('error', () => {}).once('close', () => ends.delete(end));
}

async function dial(address: string): Promise<Connection> {
  const connection = await peer.dial(address);
  const end = (): void => connection.abort(new Error('ceases'));
  ends.add(end);
  connection.addEventListener('close', () => ends.delete(end));
  if (!isOn) end();
  return connection;
}

async function untilClosed(connection: Connection): Promise<void> {
  if (connection.status !== 'open') return;
  await new Promise((resolve) => connection.addEventListener('close', resolve, { once: true }));
}

function helloOfAnotherCluster(): Uint8Array {
  return encodeHello({
    kind: 'hello',
    node: nodeNameOf('stranger'),
    epoch: randomBytes(8).toString('hex') as Epoch,
    nonce: Uint8Array.from(randomBytes(24)),
    versionMin: 1,
    versionMax: 1,
    features: 0,
    addresses: [],
    keyIds: [Uint8Array.from(randomBytes(8))],
  });
}

serve({ start, attack, cease });
