import type { Connection, Libp2p } from '@libp2p/interface';
import { tcp } from '@libp2p/tcp';
import { yamux } from '@libp2p/yamux';
import { createLibp2p } from 'libp2p';
import {
  type Address,
  formatAddress,
  fromMultiaddr,
  isUnspecified,
  toMultiaddr,
} from './address.js';
import { ListenFailedError } from './errors.js';
import type { GossipsubComponents } from './gossipsub-medium.js';
import { HANDSHAKE_MS, type InboundGate } from './inbound-gate.js';
import { noiseOfWholeFrames } from './whole-frames.js';

const CONNECT_TIMEOUT_MS = 2_000;
const SLOW_CONNECT_MS = 500;

export interface Libp2pHost {
  readonly libp2p: Libp2p;
  /** What gossipsub is built from, outside of libp2p's own list of services. */
  readonly components: GossipsubComponents;
}

/** libp2p's own limits on connections do not say when they bite; the gate is in their place. */
const UNLIMITED = Number.MAX_SAFE_INTEGER;
/** What a stream may hold that nobody reads yet. */
const UNREAD_BYTES_MAX = 1_048_576;

export interface Libp2pHostOptions {
  readonly listen: Address;
  readonly streamsPerPeerMax: number;
  readonly gate: InboundGate;
}

/** A libp2p node with a fresh identity per call (so per epoch), not yet listening. */
export async function createHost(options: Libp2pHostOptions): Promise<Libp2pHost> {
  const { listen, streamsPerPeerMax, gate } = options;
  let components: GossipsubComponents | undefined;
  // libp2p hands them to the server as they are.
  const listenOpts = { noDelay: true, blockList: gate.door };
  const libp2p = await createLibp2p({
    start: false,
    addresses: { listen: [toMultiaddr(listen).toString()] },
    transports: [tcp({ dialOpts: { noDelay: true }, listenOpts })],
    connectionEncrypters: [noiseOfWholeFrames()],
    streamMuxers: [
      yamux({
        enableKeepAlive: false,
        maxInboundStreams: streamsPerPeerMax,
        streamOptions: { maxReadBufferLength: UNREAD_BYTES_MAX },
      }),
    ],
    connectionGater: gate.gater,
    // Heartbeats watch the links, and the dialler dials; libp2p's own ways of doing both are off.
    connectionMonitor: { enabled: false },
    connectionManager: {
      maxConnections: UNLIMITED,
      inboundConnectionThreshold: UNLIMITED,
      maxIncomingPendingConnections: UNLIMITED,
      // The gate's deadline comes first, and is counted.
      inboundUpgradeTimeout: 2 * HANDSHAKE_MS,
      inboundStreamProtocolNegotiationTimeout: HANDSHAKE_MS,
      // Each dial has deadlines of its own.
      addressDialTimeout: CONNECT_TIMEOUT_MS + 2 * HANDSHAKE_MS,
      reconnectRetries: 0,
      maxParallelDials: 256,
    },
    services: {
      captured: (all) => {
        components = all;
        return {};
      },
    },
  });
  return { libp2p, components: components as GossipsubComponents };
}

/** @throws {ListenFailedError} the port is taken, not allowed, or the address is not this machine's */
export async function listenOn(libp2p: Libp2p, listen: Address): Promise<void> {
  try {
    await libp2p.start();
  } catch (error) {
    await Promise.resolve(libp2p.stop()).catch(() => undefined);
    throw new ListenFailedError(
      `cannot listen on ${formatAddress(listen)} (${rootCause(error)}): choose another address, or port 0 for a free one`,
      { cause: error },
    );
  }
}

/**
 * Whoever answers gets as long for the handshake as it gives this node: a busy peer's handshake that
 * is given up was work for nothing, at both ends, and is work again.
 * @param onSlow called when nothing has answered for a while: no processor is at work on it
 * @throws {Error} out of reach, or not encrypted in time
 */
export async function dialOn(
  libp2p: Libp2p,
  address: Address,
  onSlow: () => void,
): Promise<Connection | 'self'> {
  const controller = new AbortController();
  const { signal } = controller;
  const giveUp = () => controller.abort(new Error('no answer in time'));
  const slow = setTimeout(onSlow, SLOW_CONNECT_MS);
  let deadline = setTimeout(giveUp, CONNECT_TIMEOUT_MS);
  const onProgress = ({ type }: { readonly type: string }) => {
    if (type !== 'upgrader:encrypt-outbound-connection') return;
    clearTimeout(slow);
    clearTimeout(deadline);
    deadline = setTimeout(giveUp, HANDSHAKE_MS);
  };
  try {
    return await libp2p.dial(toMultiaddr(address), { signal, onProgress });
  } catch (error) {
    // No peer ID is asked for, so the only one that libp2p refuses is its own.
    if (error instanceof Error && error.name === 'InvalidPeerIdError') return 'self';
    throw error;
  } finally {
    clearTimeout(slow);
    clearTimeout(deadline);
  }
}

/** @returns what is listened on as `host:port`; the interfaces' addresses where all are listened on */
export function listenAddresses(libp2p: Libp2p, listen: Address): string[] {
  const all = libp2p
    .getMultiaddrs()
    .map(fromMultiaddr)
    .filter((address) => address !== undefined);
  const wanted = isUnspecified(listen) ? all.filter((address) => !isUnspecified(address)) : all;
  return [...new Set(wanted.map(formatAddress))];
}

/** libp2p wraps what the system said in advice of several lines; the system's code says it better. */
function rootCause(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return /\bE[A-Z]{3,}\b/.exec(text)?.[0] ?? text.split('\n', 1)[0] ?? text;
}
