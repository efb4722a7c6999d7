import { MEMBERSHIP_DEFAULTS, MESH_DEFAULTS, MESSAGE_LIMITS } from '@hearsay/protocol';

/** Every number of production that the model follows. */
export interface Settings {
  readonly tickMs: number;
  readonly probeIntervalMs: number;
  readonly roundIntervals: number;
  readonly probesMax: number;
  readonly pingTimeoutMs: number;
  readonly helpersMax: number;
  readonly repairDelayMs: number;
  readonly pullTimeoutMs: number;
  readonly shortPullTimeoutMs: number;
  readonly shortPullEventsMax: number;
  readonly headsMax: number;
  /** Digests name who was heard so lately. */
  readonly hotMs: number;
  /** Digests in a row that must differ before vectors are compared: at first, and at most. */
  readonly patienceMin: number;
  readonly patienceMax: number;
  /** So often a node begins to compare because those of different peers differ. */
  readonly beginEveryMs: number;
  /** More origins than this are compared by sketches, that begin with so many cells and grow by this. */
  readonly wholeOriginsMax: number;
  readonly cellsMin: number;
  readonly cellsGrowth: number;
  readonly cellsMax: number;
  /** So often a node asks for a whole vector where sketches do not tell. */
  readonly wholeEveryMs: number;
  /** gossipsub's mesh: neighbours wanted, fewest, most; kept by score, dialled by the node itself. */
  readonly D: number;
  readonly Dlo: number;
  readonly Dhi: number;
  readonly Dscore: number;
  readonly Dout: number;
  /** 1 or 0: whether a publisher sends to all of its links. */
  readonly floodPublish: number;
  /** gossipsub's lazy part: heartbeats for which ids are told and messages kept, to how many. */
  readonly gossipHeartbeatMs: number;
  readonly mcacheGossip: number;
  readonly mcacheLength: number;
  readonly Dlazy: number;
  readonly gossipFactor: number;
}

/**
 * gossipsub-medium.ts sets `floodPublish`, `mcacheGossip` and `mcacheLength`; the rest are defaults
 * of @libp2p/gossipsub, which exports none of them. A test compares both sources.
 */
export const GOSSIPSUB_SETTINGS = {
  D: 6,
  Dlo: 4,
  Dhi: 12,
  Dscore: 4,
  Dout: 2,
  floodPublish: 1,
  gossipHeartbeatMs: 1_000,
  mcacheGossip: 0,
  mcacheLength: 1,
  Dlazy: 6,
  gossipFactor: 0.25,
} as const;

/** Processor time of a sender for each copy: between what was measured for either medium. */
export const SEND_US = 30;

/** Not exported by version-vector.ts and anti-entropy.ts; a test compares both sources. */
export const COMPARISON_SETTINGS = {
  hotMs: 2_000,
  patienceMin: 2,
  patienceMax: 32,
  beginEveryMs: 500,
  cellsMin: 48,
  cellsGrowth: 3,
  wholeEveryMs: 2_000,
} as const;

/** What production runs with. */
export const PRODUCTION: Settings = {
  tickMs: MEMBERSHIP_DEFAULTS.tickMs,
  probeIntervalMs: MEMBERSHIP_DEFAULTS.probeIntervalMs,
  roundIntervals: MEMBERSHIP_DEFAULTS.roundIntervals,
  probesMax: MEMBERSHIP_DEFAULTS.probesMax,
  pingTimeoutMs: MEMBERSHIP_DEFAULTS.pingTimeoutMs,
  helpersMax: MEMBERSHIP_DEFAULTS.helpersMax,
  repairDelayMs: MESH_DEFAULTS.repairDelayMs,
  pullTimeoutMs: MESH_DEFAULTS.pullTimeoutMs,
  shortPullTimeoutMs: MESH_DEFAULTS.shortPullTimeoutMs,
  shortPullEventsMax: MESH_DEFAULTS.shortPullEventsMax,
  headsMax: MESSAGE_LIMITS.headsMax,
  wholeOriginsMax: MESH_DEFAULTS.wholeVectorOriginsMax,
  cellsMax: MESSAGE_LIMITS.cellsMax,
  ...COMPARISON_SETTINGS,
  ...GOSSIPSUB_SETTINGS,
};
