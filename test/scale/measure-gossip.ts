import { once } from 'node:events';
import { MeshMember } from '../../bench/mesh-member.ts';
// The library exports no class, and its instances are private to the mesh: its methods are watched.
import { GossipSub } from '../../node_modules/@libp2p/gossipsub/dist/src/gossipsub.js';
import { mean, rounded } from './statistics.ts';

export interface GossipMeasured {
  readonly nodes: number;
  /** Until all were linked to each other: meanwhile the mesh grew. */
  readonly linksUpMs: number;
  /** Neighbours of a node. */
  readonly meshDegree: number;
  /** Received by each node of each event, the first included. */
  readonly copies: number;
}

const NODES = 16;
const EVENTS = 200;
/** In which a mesh of this size has settled, and after which no copy is on its way any more. */
const HEARTBEATS = 5;

/** Real nodes in this process, with gossipsub as production configures it. */
export async function measureGossipMesh(): Promise<GossipMeasured> {
  const watch = new GossipWatch();
  const fromMs = performance.now();
  let delivered = 0;
  const members = Array.from(
    { length: NODES },
    (_, i) => new MeshMember({ node: `cache-${i}`, medium: 'gossipsub' }, () => delivered++),
  );
  const addresses = await Promise.all(members.map((member) => member.start()));
  for (const member of members) member.introduce(addresses);
  await Promise.all(members.map((member) => member.connected(NODES - 1)));
  const linksUpMs = Math.round(performance.now() - fromMs);
  await watch.heartbeats(HEARTBEATS);
  const degrees = watch.degrees();
  watch.copies = 0;
  for (let i = 0; i < EVENTS; i++) await members[i % NODES]?.publish(`item-${i}`);
  while (delivered < EVENTS * (NODES - 1)) await watch.heartbeats(1);
  await watch.heartbeats(1);
  return {
    nodes: NODES,
    linksUpMs,
    meshDegree: rounded(mean(degrees)),
    copies: rounded(watch.copies / EVENTS / (NODES - 1)),
  };
}

interface Rpc {
  readonly messages?: readonly unknown[];
}

/** Counts the messages that any gossipsub of this process receives. */
class GossipWatch {
  readonly #all = new Set<GossipSub>();
  copies = 0;

  constructor() {
    const watch = this;
    const { prototype } = GossipSub as unknown as {
      prototype: { handleReceivedRpc(this: GossipSub, from: unknown, rpc: Rpc): Promise<void> };
    };
    const original = prototype.handleReceivedRpc;
    prototype.handleReceivedRpc = function (from, rpc) {
      watch.#all.add(this);
      watch.copies += rpc.messages?.length ?? 0;
      return original.call(this, from, rpc);
    };
  }

  degrees(): number[] {
    return [...this.#all].flatMap(({ mesh }) => [...mesh.values()].map(({ size }) => size));
  }

  /** Resolves once every node had so many. */
  async heartbeats(count: number): Promise<void> {
    for (let i = 0; i < count; i++)
      await Promise.all(
        [...this.#all].map((one) => once(one as unknown as EventTarget, 'gossipsub:heartbeat')),
      );
  }
}
