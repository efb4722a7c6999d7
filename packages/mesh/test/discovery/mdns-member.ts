/** A member that finds others by mDNS or not at all, for mdns-discovery.test.ts. */
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { meshTransport } from '@hearsay/mesh';
import { RecordingHost } from '@hearsay/testkit';
import { runProgram, tell } from '../../../../test/hosts/program.ts';

const KEY = '0f'.repeat(32);
const WATCH_EVERY_MS = 20;

let transport: ReturnType<typeof meshTransport> | undefined;

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const say = ({ err }: { err?: Error }, message: string) =>
  tell({ said: `${message}${err ? `: ${err.message}` : ''}` });

/** @param service to look for, or `false` */
async function join({ name, service }: { name: string; service: string | false }): Promise<void> {
  // Multicast leaves by the default route; the hosts of a test have none.
  execFileSync('ip', ['route', 'replace', '224.0.0.0/4', 'dev', 'eth0']);
  const mdns = service === false ? false : { service };
  transport = meshTransport({ listen: '0.0.0.0:7946', clusterKey: KEY, mdns });
  await transport.start(new RecordingHost(name, { logger: { ...silent, warn: say, info: say } }));
  setInterval(() => tell({ peers: peers() }), WATCH_EVERY_MS);
}

/** @returns the names of the linked peers */
function peers(): string[] {
  return transport?.inspect().peers.map(({ origin }) => origin.node) ?? [];
}

/** Multicast DNS is UDP; nothing else here is. */
function udpSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('UDP')).length;
}

async function leave(): Promise<void> {
  await transport?.stop();
}

let occupier: Socket | undefined;

/** Takes the port of multicast DNS, and shares it with nobody. */
async function occupy(): Promise<void> {
  occupier = createSocket('udp4').bind(5353);
  await once(occupier, 'listening');
}

function release(): void {
  occupier?.close();
}

runProgram({ occupy, release, join, leave, peers, udpSockets });
