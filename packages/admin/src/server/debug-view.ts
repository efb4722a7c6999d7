import { membersView } from '../node-view.js';
import type { DebugReply } from '../shapes/debug.js';
import type { Api } from './api.js';
import { statusView } from './status-view.js';

/** A bundle for a bug report. What a service keeps secret never enters it: no entries, no keys, no tokens. */
export async function debugView(api: Api): Promise<DebugReply> {
  const { node, cluster, faults, metrics } = api;
  return {
    atMs: node.clock.wallMs(),
    // What a database says may name paths and hosts.
    status: { ...statusView(api), logFailure: null },
    members: membersView(node),
    lag: await cluster.lag(),
    reachability: await cluster.reachability(),
    faults: { faults: faults.list() },
    histograms: await metrics.histograms(),
    keyFingerprints: [...(node.keyring?.list() ?? [])],
    metrics: await metrics.text(),
  };
}
