import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { HostedMember } from '../../test/hosts/hosted-member.ts';
import { machineClock } from '../time.ts';

/** Members on this machine's loopback interface, each a process of its own. */
export class LocalCluster {
  /** By place; whoever was killed is there until it is started again. */
  readonly members: HostedMember[] = [];
  /** When the last of those that started together had been spawned. */
  readonly spawnedMs: number;
  readonly #addresses: string[];
  readonly #started: Promise<unknown>;

  /** All at the same moment, each with the addresses of all. They listen on return. */
  static async start(count: number): Promise<LocalCluster> {
    const cluster = new LocalCluster(await freeAddresses(count));
    await cluster.#started;
    return cluster;
  }

  private constructor(addresses: string[]) {
    this.#addresses = addresses;
    const starts = addresses.map((_, place) => this.#spawn(place));
    this.spawnedMs = machineClock.monotonicMs();
    this.#started = Promise.all(starts);
  }

  member(place: number): HostedMember {
    const member = this.members[place];
    if (!member) throw new RangeError(`there is no member ${place}`);
    return member;
  }

  membersBut(excluded: HostedMember): HostedMember[] {
    return this.members.filter((member) => member !== excluded);
  }

  /** As a crash. */
  async kill(place: number): Promise<{ killed: HostedMember; killedMs: number }> {
    const killed = this.member(place);
    const killedMs = machineClock.monotonicMs();
    await killed.process.kill();
    return { killed, killedMs };
  }

  /** Starts the same name on another port, of which no other was told. It listens on return. */
  async restart(place: number): Promise<{ reborn: HostedMember; spawnedMs: number }> {
    const [address = ''] = await freeAddresses(1);
    this.#addresses[place] = address;
    const spawnedMs = machineClock.monotonicMs();
    return { reborn: await this.#spawn(place), spawnedMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map(({ process }) => process.kill()));
  }

  #spawn(place: number): Promise<HostedMember> {
    const { member, started } = HostedMember.startHere({
      node: `node-${place + 1}`,
      transport: { listen: this.#addresses[place] ?? '', peers: this.#addresses },
      tellsPeers: false,
    });
    this.members[place] = member;
    return started;
  }
}

/** @returns addresses that nobody listens on */
async function freeAddresses(count: number): Promise<string[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const addresses = servers.map((server) => `127.0.0.1:${portOf(server)}`);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return addresses;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}
