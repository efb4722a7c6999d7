import { HostNetwork } from '../../test/hosts/host-network.ts';
import { HostedMember } from '../../test/hosts/hosted-member.ts';

export const HOSTS = 5;

/** Members on hosts of their own (network namespaces), all formed. */
export class HostedCluster {
  readonly network: HostNetwork;
  readonly members: readonly HostedMember[];

  static async start(): Promise<HostedCluster> {
    const network = HostNetwork.create(HOSTS);
    try {
      const members = await Promise.all(
        Array.from({ length: HOSTS }, (_, host) => HostedMember.start(network, host)),
      );
      const cluster = new HostedCluster(network, members);
      await cluster.settled();
      return cluster;
    } catch (error) {
      await network.close();
      throw error;
    }
  }

  private constructor(network: HostNetwork, members: readonly HostedMember[]) {
    this.network = network;
    this.members = members;
  }

  member(host: number): HostedMember {
    const member = this.members[host];
    if (!member) throw new RangeError(`there is no host ${host}`);
    return member;
  }

  /** Resolves once all see all alive and are linked. */
  async settled(): Promise<void> {
    const { members } = this;
    await Promise.all(
      members.flatMap((member) => [member.untilAlive(members), member.untilPeers(members)]),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.network.close();
  }
}

/** Lets clusters share so many runs: most of a run is waiting, and one processor does for all. */
export async function shareRuns<T>(
  clusters: readonly HostedCluster[],
  runs: number,
  run: (cluster: HostedCluster, index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let begun = 0;
  await Promise.all(
    clusters.map(async (cluster) => {
      while (begun < runs) {
        const index = begun++;
        await cluster.settled();
        results.push(await run(cluster, index));
      }
    }),
  );
  return results;
}
