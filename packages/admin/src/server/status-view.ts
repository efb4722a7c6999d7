import { linkView, scopeViews } from '../node-view.js';
import type { StatusReply } from '../shapes/status.js';
import type { Api } from './api.js';

/** @returns all that this node knows of itself */
export function statusView({ node, subscribers, process }: Api): StatusReply {
  const { coherence, readiness, logReachable, logFailure, logId, counters, transport } =
    node.state();
  const present = node.members().filter(({ state }) => state === 'alive' || state === 'suspect');
  return {
    ...node.self,
    ready: readiness.ready,
    reasons: readiness.reasons.map((reason) => ({ ...reason })),
    coherence,
    logReachable: logReachable ?? null,
    logFailure: logFailure ?? null,
    logId: logId ?? null,
    transport: transport?.transport ?? null,
    addresses: [...(transport?.addresses ?? [])],
    listening: [...(transport?.listening ?? [])],
    memberCount: present.length,
    links: (transport?.peers ?? []).map(linkView),
    scopes: scopeViews(node),
    counters: { ...counters },
    transportCounters: { ...transport?.counters },
    subscribers: subscribers.size,
    process: process.view(),
  };
}
