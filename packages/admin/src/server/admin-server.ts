import { fileURLToPath } from 'node:url';
import { ADMIN_LIMITS } from '../limits.js';
import type { MemberAnswers } from '../member-answers.js';
import { MemberAsker } from '../member-asker.js';
import type { AdminConfig } from '../options.js';
import type { AdminNode, NodeEvent } from '../port.js';
import { Access } from './access.js';
import { ClusterView } from './cluster-view.js';
import { ConvergenceSampler } from './convergence.js';
import { dashboardFiles } from './dashboard-files.js';
import { EventRing } from './event-ring.js';
import { Faults } from './faults.js';
import { httpServer } from './http-server.js';
import { listenAt } from './listen.js';
import { Metrics } from './metrics.js';
import { pushEvent } from './node-events.js';
import { ProcessFigures } from './process-figures.js';
import { ROUTES } from './routes/index.js';
import { Subscribers } from './subscribers.js';

const DASHBOARD = fileURLToPath(new URL('../../dashboard/', import.meta.url));

/** A running admin server. */
export interface AdminServer {
  /** `http://host:port`, or `unix:` and the path of the socket. */
  readonly address: string;
  /** Ends all streams and connections; later calls resolve too. */
  stop(): Promise<void>;
}

/**
 * Serves the admin API of one node.
 * @param config as `checkAdminOptions` returns it, with a place to listen at
 * @throws {AdminListenFailedError} nothing is left open
 */
export async function startAdminServer(
  node: AdminNode,
  answers: MemberAnswers,
  config: AdminConfig,
): Promise<AdminServer> {
  const ring = new EventRing(node.self.epoch, ADMIN_LIMITS.eventsKept);
  const faults = new Faults(node);
  const subscribers = new Subscribers(node, ring, (reason) =>
    faults.add('subscriber', `a subscriber was cut: ${reason}`),
  );
  const process = new ProcessFigures();
  const metrics = new Metrics(node, process, subscribers);
  const asker = new MemberAsker(node, answers);
  const sampler = new ConvergenceSampler(node.clock, asker, (ms) => metrics.observeConvergence(ms));
  const off = node.on((event: NodeEvent) => {
    pushEvent(ring, event);
    subscribers.wake();
    faults.heard(event);
    if (event.kind === 'drop') sampler.applied(event.drop);
  });
  const cluster = new ClusterView(node, asker);
  const api = { node, asker, cluster, subscribers, faults, metrics, process };
  const access = new Access(config.token, config.hosts);
  const server = httpServer(api, access, ROUTES, dashboardFiles(DASHBOARD));
  const stop = async (): Promise<void> => {
    off();
    subscribers.close();
    faults.close();
    metrics.close();
    process.close();
    await server.close();
  };
  try {
    const address = await listenAt(server, config.place);
    let stopping: Promise<void> | undefined;
    return {
      address,
      stop: () => {
        stopping ??= stop();
        return stopping;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
