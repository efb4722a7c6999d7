import { MEMBERSHIP_DEFAULTS, MESH_DEFAULTS, type NodeOptions } from '@hearsay/protocol';
import type { MeshConfig } from './options.js';

/** The dead and the left take a place in the view while they are remembered. */
const VIEW_PER_MEMBER = 2;
/** A silent origin is told of for so many rounds at least: each pair compares several times meanwhile. */
const ROUNDS_TOLD = 10;

/** @returns what the machine is to know of the driver's limits */
export function machineOptions(
  config: Pick<MeshConfig, 'repair' | 'originsMax' | 'membersMax'>,
): NodeOptions {
  const { repair, originsMax, membersMax } = config;
  const { probesMax, probeIntervalMs } = MEMBERSHIP_DEFAULTS;
  const roundMs = Math.ceil(membersMax / probesMax) * probeIntervalMs;
  const silentOriginMs = Math.max(MESH_DEFAULTS.silentOriginMs, ROUNDS_TOLD * roundMs);
  return {
    mesh: { repair, originsMax, silentOriginMs },
    membership: { membersMax: VIEW_PER_MEMBER * membersMax },
  };
}
