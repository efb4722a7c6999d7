/**
 * What the model cannot know: bytes, memory and processor time of real nodes over loopback, and the
 * shape of gossipsub's real mesh. Judge by a run on a machine that does nothing else.
 */
import { execFile } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CopyMeasured } from './measure-case.ts';
import type { GossipMeasured } from './measure-gossip.ts';

export interface Measured {
  readonly machine: string;
  /** Over a direct link; over gossipsub. */
  readonly direct: CopyMeasured;
  readonly gossipsub: CopyMeasured;
  /** JavaScript heap and buffers of one end of a link. */
  readonly linkKib: number;
  readonly gossipMesh: GossipMeasured;
}

const DIRECT_PEERS = 12;
/** Peers of gossipsub would send copies back. */
const GOSSIPSUB_PEERS = 1;
const FEW_PEERS = 4;
const MANY_PEERS = 24;

export async function measure(progress: (text: string) => void): Promise<Measured> {
  progress('direct links');
  const direct = await measured<CopyMeasured>('copies', 'direct', DIRECT_PEERS);
  progress('gossipsub');
  const gossipsub = await measured<CopyMeasured>('copies', 'gossipsub', GOSSIPSUB_PEERS);
  progress('memory');
  const few = await measured<number>('memory', 'auto', FEW_PEERS);
  const many = await measured<number>('memory', 'auto', MANY_PEERS);
  progress('the mesh of gossipsub');
  const gossipMesh = await measured<GossipMeasured>('mesh');
  const cpu = cpus()[0]?.model ?? 'unknown processor';
  return {
    machine: `${availableParallelism()} × ${cpu}, Node ${process.versions.node}`,
    direct,
    gossipsub,
    linkKib: Math.round((many - few) / (MANY_PEERS - FEW_PEERS)),
    gossipMesh,
  };
}

async function measured<Result>(what: string, medium = 'auto', peers = 0): Promise<Result> {
  const script = join(import.meta.dirname, 'measure-case.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [
    script,
    what,
    medium,
    `${peers}`,
  ]);
  return JSON.parse(stdout) as Result;
}
