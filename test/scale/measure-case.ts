/**
 * One measurement, in a process of its own so that nothing is left of the one before:
 * `measure-case.ts copies direct 12`, `measure-case.ts memory auto 24`, `measure-case.ts mesh`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { Medium } from '@hearsay/mesh';
import { MeshMember } from '../../bench/mesh-member.ts';
import { pause } from '../../bench/time.ts';
import { measureGossipMesh } from './measure-gossip.ts';
import type { PeersAnswer, PeersQuestion } from './measure-peers.ts';
import { mean, rounded } from './statistics.ts';

/** Of one copy of an event that one node sends to another. */
export interface CopyMeasured {
  /** In both directions, without TCP and IP; the event is a hint with a key of 42 characters. */
  readonly bytes: number;
  /** Processor time of the sender, and of the receiver. */
  readonly sendUs: number;
  readonly receiveUs: number;
}

const KEY = 'lake/catalog/warehouse/products/item-00042';
const EVENTS = 600;
const SETTLE_MS = 3_000;
const COLLECTIONS = 3;

/** One node in this thread, its peers in another: what it sends them costs either thread. */
class Measurement {
  readonly member: MeshMember;
  readonly #worker: Worker;

  static async start(peers: number, medium: Medium): Promise<Measurement> {
    const worker = new Worker(new URL('./measure-peers.ts', import.meta.url), {
      workerData: { peers, medium },
    });
    const { addresses = [] } = await answerOf(worker);
    const member = new MeshMember({ node: 'cache-0000', medium }, () => {});
    const own = await member.start();
    worker.postMessage({ introduce: [own, ...addresses] } satisfies PeersQuestion);
    member.introduce(addresses);
    await member.connected(peers);
    await pause(SETTLE_MS);
    return new Measurement(worker, member);
  }

  private constructor(worker: Worker, member: MeshMember) {
    this.#worker = worker;
    this.member = member;
  }

  /** @returns the processor time of the peers' thread so far, once they have received so many events in all */
  async received(count: number): Promise<number> {
    this.#worker.postMessage({ untilReceived: count } satisfies PeersQuestion);
    return (await answerOf(this.#worker)).threadUs ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}

async function answerOf(worker: Worker): Promise<PeersAnswer> {
  const [answer] = (await once(worker, 'message')) as [PeersAnswer];
  return answer;
}

/** Of all sockets of this thread, from now on. */
function watchBytes(): () => number {
  const sockets = new Set<Socket>();
  const opened = (message: unknown) => sockets.add((message as { socket: Socket }).socket);
  subscribe('net.client.socket', opened);
  subscribe('net.server.socket', opened);
  return () => [...sockets].reduce((sum, one) => sum + one.bytesWritten + one.bytesRead, 0);
}

async function measureCopies(medium: Medium, peers: number): Promise<CopyMeasured> {
  const bytes = watchBytes();
  await using measurement = await Measurement.start(peers, medium);
  const copies = EVENTS * peers;
  await publish(measurement, EVENTS);
  const peersFromUs = await measurement.received(copies);
  const [idleBytes, idleMs] = [bytes(), performance.now()];
  await pause(SETTLE_MS);
  const idleBytesPerMs = (bytes() - idleBytes) / (performance.now() - idleMs);
  const [fromBytes, fromMs, from] = [bytes(), performance.now(), process.threadCpuUsage()];
  await publish(measurement, EVENTS);
  const peersUs = (await measurement.received(2 * copies)) - peersFromUs;
  const { user, system } = process.threadCpuUsage(from);
  const idle = idleBytesPerMs * (performance.now() - fromMs);
  return {
    bytes: Math.round((bytes() - fromBytes - idle) / copies),
    sendUs: rounded((user + system) / copies),
    receiveUs: rounded(peersUs / copies),
  };
}

/** Each event in a turn of its own, so that none shares a frame. */
async function publish({ member }: Measurement, events: number): Promise<void> {
  for (let i = 0; i < events; i++) await member.publish(KEY);
}

/** @returns KiB of JavaScript heap and buffers of this thread, which has one node */
async function measureMemory(medium: Medium, peers: number): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await using _ = await Measurement.start(peers, medium);
  const sizes: number[] = [];
  for (let i = 0; i < COLLECTIONS; i++) {
    collect();
    await pause(200);
    const { heapUsed, external } = process.memoryUsage();
    sizes.push((heapUsed + external) / 1_024);
  }
  return mean(sizes);
}

async function run(what: string, medium: Medium, peers: number): Promise<unknown> {
  switch (what) {
    case 'copies':
      return measureCopies(medium, peers);
    case 'memory':
      return measureMemory(medium, peers);
    case 'mesh':
      return measureGossipMesh();
    default:
      throw new RangeError(`nothing is measured by the name of ${what}`);
  }
}

const [what = '', medium = 'auto', peers = '0'] = process.argv.slice(2);
const result = await run(what, medium as Medium, Number(peers));
console.log(JSON.stringify(result));
process.exit(0);
