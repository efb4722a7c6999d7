import type { MemberAsker } from '../member-asker.js';
import type { AdminNode } from '../port.js';
import type { ClusterView } from './cluster-view.js';
import type { Faults } from './faults.js';
import type { Metrics } from './metrics.js';
import type { ProcessFigures } from './process-figures.js';
import type { Subscribers } from './subscribers.js';

/** What the routes work with. */
export interface Api {
  readonly node: AdminNode;
  readonly asker: MemberAsker;
  readonly cluster: ClusterView;
  readonly subscribers: Subscribers;
  readonly faults: Faults;
  readonly metrics: Metrics;
  readonly process: ProcessFigures;
}
