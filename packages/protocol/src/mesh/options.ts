import type { ComparisonOptions } from './anti-entropy.js';
import type { CoherenceOptions } from './coherence-gauge.js';
import type { ContactOptions } from './contact.js';
import type { JournalOptions } from './journal.js';
import type { LinksOptions } from './links.js';
import type { Origins } from './origins.js';
import type { RepairOptions } from './repair.js';
import type { SupplyOptions } from './supply.js';
import type { VersionVectorOptions } from './version-vector.js';

/** Every number of the mesh machine. Times in milliseconds on the caller's monotonic clock. */
export interface MeshOptions
  extends CoherenceOptions,
    ComparisonOptions,
    ContactOptions,
    JournalOptions,
    LinksOptions,
    RepairOptions,
    SupplyOptions,
    VersionVectorOptions {
  /**
   * Whether a link to a new epoch of a node ends the links to its former ones. `false` where
   * membership decides that, which can tell a restart from two live processes of one name (rule S5).
   */
  readonly supersede: boolean;
  /** Shared by the simulated nodes of one process, so that each origin is kept once; absent elsewhere. */
  readonly origins?: Origins;
}

export const MESH_DEFAULTS: MeshOptions = {
  heartbeatMs: 500,
  linkSilentMs: 2_000,
  isolatedAfterMs: 2_000,
  lostRememberedMs: 60_000,
  catchingUpAfterMs: 1_000,
  repairDelayMs: 100,
  pullTimeoutMs: 1_000,
  shortPullTimeoutMs: 250,
  shortPullEventsMax: 64,
  pullBytesMax: 262_144,
  journalEventsMax: 16_384,
  journalBytesMax: 8_388_608,
  suppliedBytesMax: 2_097_152,
  suppliedPullsMax: 64,
  originsMax: 16_384,
  wholeVectorOriginsMax: 200,
  silentOriginMs: 600_000,
  supersede: true,
  repair: true,
};
