/** A libp2p peer of the tests' own making: it says what no node would, in whatever order. */
import { randomBytes } from 'node:crypto';
import { noise } from '@chainsafe/libp2p-noise';
import type { NodeMessage } from '@hearsay/protocol';
import type { Epoch, NodeName } from '@hearsay/spi';
import { decodeHello, decodeMessage, encodeHello, encodeMessage, type Hello } from '@hearsay/wire';
import type { Connection, Libp2p, Stream } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { multiaddr } from '@multiformats/multiaddr';
import { createLibp2p } from 'libp2p';
import { ADMISSION_PROTOCOL } from '../src/admission.js';
import { ClusterKey } from '../src/cluster-key.js';
import { Conversation, frame, readFrames } from '../src/framed-stream.js';
import { LINK_PROTOCOL } from '../src/links.js';

const strangers = new Set<Libp2p>();

export interface Knock {
  readonly connection: Connection;
  readonly stream: Stream;
  readonly conversation: Conversation;
}

/** What it is asked when somebody dials it. */
export type Answer = (conversation: Conversation, connection: Connection) => Promise<void>;

export class Stranger {
  readonly libp2p: Libp2p;
  /** Everything that came on its links. */
  readonly heard: NodeMessage[] = [];
  readonly #links = new Map<Connection, Promise<Stream>>();

  private constructor(libp2p: Libp2p) {
    this.libp2p = libp2p;
  }

  /** @param answer the listener's side of the admission; absent where it speaks another protocol */
  static async start(answer?: Answer): Promise<Stranger> {
    const libp2p = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise()],
      streamMuxers: [yamux()],
    });
    strangers.add(libp2p);
    if (answer)
      await libp2p.handle(ADMISSION_PROTOCOL, (stream, connection) =>
        answer(conversationOn(stream), connection).catch(() => undefined),
      );
    const stranger = new Stranger(libp2p);
    await libp2p.handle(LINK_PROTOCOL, (stream, connection) => stranger.#hear(stream, connection));
    return stranger;
  }

  get address(): string {
    return `127.0.0.1:${/tcp\/(\d+)/.exec(String(this.libp2p.getMultiaddrs()[0]))?.[1]}`;
  }

  dial(address: string): Promise<Connection> {
    const [host, port] = address.split(':');
    return this.libp2p.dial(multiaddr(`/ip4/${host}/tcp/${port}`), { force: true });
  }

  /** Begins an admission as the dialler does. */
  async knock(address: string): Promise<Knock> {
    const connection = await this.dial(address);
    const stream = await connection.newStream(ADMISSION_PROTOCOL);
    return { connection, stream, conversation: conversationOn(stream) };
  }

  /** Is admitted as a member is that holds the key. */
  async enter(address: string, key: string, change: Partial<Hello> = {}): Promise<Connection> {
    const { connection, conversation } = await this.knock(address);
    const mine = hello({ keyIds: [], ...change });
    await this.prove({ connection, conversation }, encodeHello(mine), key);
    await conversation.end();
    return connection;
  }

  /** @returns the stream for its frames to the node at the other end */
  link(connection: Connection): Promise<Stream> {
    const link = this.#links.get(connection) ?? connection.newStream(LINK_PROTOCOL);
    this.#links.set(connection, link);
    return link;
  }

  /** So much of a member that it stays linked: it acknowledges heartbeats. */
  async #hear(stream: Stream, connection: Connection): Promise<void> {
    const acknowledge = async (bytes: Uint8Array) => {
      const message = decodeMessage(bytes);
      this.heard.push(message);
      if (message.kind !== 'heartbeat') return;
      sendOn(await this.link(connection), encodeMessage({ ...message, kind: 'heartbeat-ack' }));
    };
    await readFrames(stream, 1_048_576, (bytes) => {
      acknowledge(bytes).catch(() => undefined);
    }).catch(() => undefined);
  }

  /**
   * The dialler's side from its hello on.
   * @param beforeProof what happens when the listener has said its hello
   * @throws {Error} not admitted
   */
  async prove(
    { connection, conversation }: Pick<Knock, 'connection' | 'conversation'>,
    mine: Uint8Array,
    key: string,
    beforeProof: () => void = () => undefined,
  ): Promise<void> {
    conversation.write(mine);
    const theirs = await conversation.read();
    beforeProof();
    const ids = [this.libp2p.peerId, connection.remotePeer].map((id) => id.toMultihash().bytes);
    const mac = new ClusterKey(key).prove('dialler', [mine, theirs, ...ids]);
    conversation.write(encodeHello({ kind: 'proof', mac }));
    const answer = decodeHello(await conversation.read());
    if (answer.kind !== 'proof') throw new Error('not admitted');
  }
}

export function hello(change: Partial<Hello> = {}): Hello {
  return {
    kind: 'hello',
    node: 'stranger' as NodeName,
    epoch: randomBytes(8).toString('hex') as Epoch,
    nonce: Uint8Array.from(randomBytes(24)),
    versionMin: 1,
    versionMax: 1,
    features: 0,
    addresses: [],
    keyIds: [],
    ...change,
  };
}

/** @returns the frame with a field inside its message that no release knows, so that it has `bytes` bytes */
export function paddedTo(bytes: number, whole: Uint8Array): Uint8Array {
  const body = whole.subarray(1 + varint(whole.byteLength - 2).byteLength);
  for (let length = bytes; length > 0; length--) {
    const head = Buffer.concat([whole.subarray(0, 1), varint(length)]);
    if (head.byteLength + length === bytes)
      return Buffer.concat([head, body, paddingOf(length - body.byteLength)]);
  }
  throw new Error(`no frame has ${bytes} bytes`);
}

/** @returns a field of `bytes` bytes, at least 2, that no release knows */
export function paddingOf(bytes: number): Uint8Array {
  const tag = Uint8Array.of(0x7a);
  for (let size = bytes - 2; size >= 0; size--) {
    const field = Buffer.concat([tag, varint(size), Buffer.alloc(size)]);
    if (field.byteLength === bytes) return field;
  }
  throw new Error(`no field has ${bytes} bytes`);
}

export function varint(number: number): Uint8Array {
  const bytes: number[] = [];
  let rest = number;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.of(...bytes, rest);
}

/** Bytes with their length before them, on a stream; a stream that was closed takes nothing more. */
export function sendOn(stream: Stream, bytes: Uint8Array): void {
  if (stream.writeStatus === 'writable') stream.send(frame(bytes));
}

export async function stopStrangers(): Promise<void> {
  await Promise.all([...strangers].map((libp2p) => libp2p.stop()));
  strangers.clear();
}

function conversationOn(stream: Stream): Conversation {
  return new Conversation(stream, 1_048_576);
}
