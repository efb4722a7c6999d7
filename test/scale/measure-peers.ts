/** The peers of a measured node, in a thread of their own. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Medium } from '@hearsay/mesh';
import { MeshMember } from '../../bench/mesh-member.ts';

export interface PeersQuestion {
  readonly introduce?: readonly string[];
  readonly untilReceived?: number;
}

export interface PeersAnswer {
  readonly addresses?: readonly string[];
  /** Processor time of this thread so far. */
  readonly threadUs?: number;
}

const { peers, medium } = workerData as { readonly peers: number; readonly medium: Medium };
let received = 0;
let awaited = Number.POSITIVE_INFINITY;

function answerIfReceived(): void {
  if (received < awaited) return;
  awaited = Number.POSITIVE_INFINITY;
  const { user, system } = process.threadCpuUsage();
  parentPort?.postMessage({ threadUs: user + system } satisfies PeersAnswer);
}

const members = Array.from({ length: peers }, (_, i) => {
  const node = `cache-${String(i + 1).padStart(4, '0')}`;
  return new MeshMember({ node, medium }, () => {
    received++;
    answerIfReceived();
  });
});
parentPort?.on('message', ({ introduce, untilReceived }: PeersQuestion) => {
  if (introduce) for (const member of members) member.introduce(introduce);
  if (untilReceived === undefined) return;
  awaited = untilReceived;
  answerIfReceived();
});
const addresses = await Promise.all(members.map((member) => member.start()));
parentPort?.postMessage({ addresses } satisfies PeersAnswer);
