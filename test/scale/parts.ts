import type { Deliveries } from './deliveries.ts';
import type { Holdings } from './holdings.ts';
import type { MessageSizes } from './message-sizes.ts';
import type { Network } from './network.ts';
import type { Publications } from './publications.ts';
import type { Repairs } from './repair.ts';
import type { Settings } from './settings.ts';
import type { Topology } from './topology.ts';

/** What the parts of a simulated cluster share. */
export interface Parts {
  readonly network: Network;
  readonly topology: Topology;
  readonly publications: Publications;
  readonly holdings: Holdings;
  readonly repairs: Repairs;
  readonly deliveries: Deliveries;
  readonly settings: Settings;
  readonly sizes: MessageSizes;
}
