import type { Origin } from '@hearsay/spi';
import { type AskMessage, decodeAsk, encodeAsk } from '@hearsay/wire';
import type { Connection, Stream } from '@libp2p/interface';
import { ASK_PROTOCOL } from '../../src/asking/questions.js';
import { DIALECT } from '../../src/dialect.js';
import { readFrames } from '../../src/framed-stream.js';
import { deliverBothWays, startNode, type TestNode } from '../node.js';
import { hello, Stranger, sendOn } from '../stranger.js';

export const KEY = 'a1'.repeat(32);
export const TOPIC = 'test';
export const NO_BYTES = new Uint8Array(0);
export const MINUTE = { timeoutMs: 60_000 };

export async function pair(): Promise<[TestNode, TestNode]> {
  const a = await startNode('a', { clusterKey: KEY });
  const b = await startNode('b', { clusterKey: KEY, peers: [a.address] });
  await deliverBothWays(a, b, 'met');
  return [a, b];
}

export function isOpen(connection: Connection): boolean {
  return connection.status === 'open';
}

/** A member of the test's own making, that asks the node. */
export class Asker {
  readonly answers: AskMessage[] = [];
  readonly connection: Connection;
  readonly stream: Stream;
  readonly stranger: Stranger;
  #lastId = 0;

  static async at(node: TestNode): Promise<Asker> {
    const stranger = await Stranger.start();
    const connection = await stranger.enter(node.address, KEY);
    await stranger.link(connection);
    return new Asker(connection, await connection.newStream(ASK_PROTOCOL), stranger);
  }

  constructor(connection: Connection, stream: Stream, stranger: Stranger) {
    this.connection = connection;
    this.stream = stream;
    this.stranger = stranger;
    readFrames(stream, 100_000, (bytes) => {
      this.answers.push(decodeAsk(bytes));
    }).catch(() => undefined);
  }

  ask(body = NO_BYTES, topic = TOPIC): number {
    const id = ++this.#lastId;
    this.say({ kind: 'question', id, topic, body });
    return id;
  }

  say(message: AskMessage): void {
    sendOn(this.stream, encodeAsk(message));
  }
}

/** A node and a member of the test's own making, which the node can ask. */
export async function answerer(
  says: (message: AskMessage, stream: Stream) => void,
): Promise<{ node: TestNode; member: Origin; connection: Connection }> {
  const node = await startNode('a', { clusterKey: KEY });
  const stranger = await Stranger.start();
  await stranger.libp2p.handle(ASK_PROTOCOL, (stream) => {
    readFrames(stream, 100_000, (bytes) => says(decodeAsk(bytes), stream)).catch(() => undefined);
  });
  const self = hello({ features: DIALECT.features });
  const connection = await stranger.enter(node.address, KEY, self);
  await stranger.link(connection);
  return { node, member: { node: self.node, epoch: self.epoch }, connection };
}

export function say(stream: Stream, message: AskMessage): void {
  sendOn(stream, encodeAsk(message));
}
