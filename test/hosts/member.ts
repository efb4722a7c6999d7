/** One member of the mesh as a program of its own, run on a host and driven by HostedMember. */
import { randomBytes } from 'node:crypto';
import { type MeshTransportOptions, meshTransport } from '@hearsay/mesh';
import {
  type Announcement,
  type Clock,
  type Coherence,
  type Epoch,
  invalidationOf,
  type Logger,
  type MemberMetadata,
  type MembershipState,
  nodeNameOf,
  originId,
  type TransportHost,
  type TransportInspection,
} from '@hearsay/spi';
import { runProgram, tell } from './program.ts';
import { Received, sentNow } from './received.ts';

export interface MemberConfig {
  readonly node: string;
  readonly transport: MeshTransportOptions;
  /** Whether to tell of peers, which costs: they are looked at again and again. Default `true`. */
  readonly tellsPeers?: boolean;
}

export interface MemberStarted {
  /** Name and epoch (originId). */
  readonly origin: string;
  readonly addresses: readonly string[];
}

export interface Publication {
  readonly count: number;
  /** 32 … 1,024; default 32. */
  readonly keyBytes?: number;
  /** Between two batches of 100; default 0. */
  readonly pauseMs?: number;
}

/** Whom a member believes to be what, with its view hash. */
export interface MemberView {
  readonly states: Readonly<Record<string, MembershipState>>;
  /** Of those that say something of themselves. */
  readonly metadata: Readonly<Record<string, MemberMetadata>>;
  readonly hash: string;
}

/** What a member tells unasked; origins as originId writes them. */
export type MemberNews =
  /** After every turn of the event loop in which its view changed. */
  | ({ readonly kind: 'view'; readonly atMs: number } & MemberView)
  | { readonly kind: 'coherence'; readonly coherence: Coherence; readonly atMs: number }
  /** All peers with an acknowledged round trip, whenever that changed. */
  | { readonly kind: 'peers'; readonly peers: readonly string[]; readonly atMs: number }
  /** How many different events of each origin there are, a few milliseconds after it changed first. */
  | {
      readonly kind: 'received';
      readonly counts: Readonly<Record<string, number>>;
      readonly atMs: number;
    }
  | { readonly kind: 'gap'; readonly reason: string; readonly atMs: number };

export interface MemberMemory {
  readonly residentBytes: number;
  readonly heapBytes: number;
}

const LOOK_MS = 25;
const COALESCE_MS = 5;
const PUBLISH_AT_ONCE = 100;
const KEY_BYTES = 32;

const config: MemberConfig = JSON.parse(process.argv[2] ?? '{}');
const transport = meshTransport(config.transport);
const received = new Received();
let isTellingReceived = false;

/** One clock for all processes of the machine, so that what they tell can be compared. */
const clock: Clock = {
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
  wallMs: () => Date.now(),
};
const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const host: TransportHost = {
  self: { node: nodeNameOf(config.node), epoch: randomBytes(8).toString('hex') as Epoch },
  clock,
  logger: silent,
  discovery: [],
  deliver: (events) => {
    for (const event of events) received.add(event, clock.monotonicMs());
    tellReceivedSoon();
  },
  coherenceChanged: (coherence) =>
    news({ kind: 'coherence', coherence, atMs: clock.monotonicMs() }),
  closeGap: async ({ reason }) => news({ kind: 'gap', reason, atMs: clock.monotonicMs() }),
};

function news(item: MemberNews): void {
  tell(item);
}

function tellReceivedSoon(): void {
  if (isTellingReceived) return;
  isTellingReceived = true;
  const atMs = clock.monotonicMs();
  setTimeout(() => {
    isTellingReceived = false;
    news({ kind: 'received', counts: received.counts(), atMs });
  }, COALESCE_MS);
}

/** The transport tells of its members, but of no link that comes or goes, so it is asked. */
function watchPeers(): void {
  let before = '[]';
  setInterval(() => {
    const peers = transport
      .inspect()
      .peers.filter(({ roundTripMs }) => roundTripMs !== undefined)
      .map(({ origin }) => originId(origin))
      .sort();
    const now = JSON.stringify(peers);
    if (now !== before) news({ kind: 'peers', peers, atMs: clock.monotonicMs() });
    before = now;
  }, LOOK_MS);
}

function tellView(): void {
  const { membership } = transport;
  const states: Record<string, MembershipState> = {};
  const metadata: Record<string, MemberMetadata> = {};
  for (const member of membership.members()) {
    const id = originId(member.origin);
    states[id] = member.state;
    if (Object.keys(member.metadata).length > 0) metadata[id] = member.metadata;
  }
  const atMs = clock.monotonicMs();
  news({ kind: 'view', states, metadata, hash: membership.viewHash(), atMs });
}

/** What changed in one turn is told as one. */
function watchView(): void {
  let isTelling = false;
  transport.membership.onChange(() => {
    if (isTelling) return;
    isTelling = true;
    queueMicrotask(() => {
      isTelling = false;
      tellView();
    });
  });
}

async function start(): Promise<MemberStarted> {
  await transport.start(host);
  watchView();
  tellView();
  if (config.tellsPeers ?? true) watchPeers();
  return { origin: originId(host.self), addresses: transport.inspect().addresses };
}

async function publish(publication: Publication): Promise<void> {
  const { count, keyBytes = KEY_BYTES, pauseMs = 0 } = publication;
  for (let left = count; left > 0; left -= PUBLISH_AT_ONCE) {
    const size = Math.min(left, PUBLISH_AT_ONCE);
    await transport.publish(Array.from({ length: size }, () => announcement(keyBytes)));
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function announcement(keyBytes: number): Announcement {
  return invalidationOf('hosts', { key: sentNow(clock.monotonicMs(), keyBytes) });
}

function memory(): MemberMemory {
  const { rss, heapUsed } = process.memoryUsage();
  return { residentBytes: rss, heapBytes: heapUsed };
}

/** Keeps the event loop from doing anything else. */
function block({ ms }: { ms: number }): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

runProgram({
  start,
  publish,
  inspect: (): TransportInspection => transport.inspect(),
  updateMetadata: (metadata: MemberMetadata) => transport.membership.updateMetadata(metadata),
  latencies: () => received.takeLatencies(),
  memory,
  block,
  stop: () => transport.stop(),
});
