/** Replies of a node of a cluster that is too large to run in a test: what the page makes of them is its own. */
import type {
  FaultsReply,
  HistogramsReply,
  LagReply,
  MembersReply,
  ReachabilityReply,
  StatusReply,
} from '@hearsay/admin';
import type { Page } from 'playwright-core';

export interface MadeUp {
  readonly names: readonly string[];
  readonly scopes?: readonly string[];
  /** By name; `alive` otherwise. */
  readonly states?: Readonly<Record<string, 'suspect' | 'dead' | 'left'>>;
  /** `from → to` that is not heard: `[to, from]` pairs, the one that is deaf first. */
  readonly deaf?: readonly (readonly [string, string])[];
  /** By name, in every scope. */
  readonly behind?: Readonly<Record<string, number>>;
  readonly faults?: FaultsReply;
}

const LOG = 'c0ffee00'.repeat(4);
const VERSION = 12_345;

const epochOf = (index: number): string => (0xa000_0000 + index).toString(16).padStart(16, '0');

/** Answers for the node instead of it; the first name is the one that is asked. */
export async function serve(page: Page, madeUp: MadeUp): Promise<void> {
  for (const [path, reply] of Object.entries(repliesOf(madeUp)))
    await page.route(`**/v1/${path}`, (route) => route.fulfill({ json: reply }));
}

/** @returns the reply of each route below `/v1/` */
export function repliesOf({
  names,
  scopes = ['item'],
  states = {},
  deaf = [],
  behind = {},
  faults,
}: MadeUp) {
  const origins = names.map((node, index) => ({ node, epoch: epochOf(index), self: index === 0 }));
  const present = origins.filter(({ node }) => !['dead', 'left'].includes(states[node] ?? ''));
  const views = (node: string) =>
    scopes.map((scope) => ({
      scope,
      appliedThrough: VERSION - (behind[node] ?? 0),
      logVersion: VERSION,
      behind: behind[node] ?? 0,
      freshForMs: 420,
      resets: 1,
      lease: null,
    }));
  const link = { silentForMs: 230, roundTripMs: 1.4, sendQueueBytes: 0 };
  const answered = { outcome: 'answered', detail: null } as const;
  const [first] = origins;
  const status: StatusReply = {
    node: first?.node ?? '',
    epoch: first?.epoch ?? '',
    ready: true,
    reasons: [],
    coherence: 'coherent',
    logReachable: true,
    logFailure: null,
    logId: LOG,
    transport: 'mesh',
    addresses: ['10.0.0.1:7946'],
    listening: ['0.0.0.0:7946'],
    memberCount: present.length,
    links: [],
    scopes: views(first?.node ?? ''),
    counters: { polls: 7200, pollsFailed: 0 },
    transportCounters: {},
    subscribers: 1,
    process: {
      pid: 1,
      nodeVersion: '24.21.0',
      platform: 'linux x64',
      upForMs: 7_200_000,
      residentBytes: 120_000_000,
      cpuSeconds: 90,
      eventLoopDelayMs: { p50: 0.2, p99: 2.1, max: 14 },
    },
  };
  const members: MembersReply = {
    viewHash: '0123456789abcdef',
    members: origins.map((origin, index) => ({
      ...origin,
      state: states[origin.node] ?? 'alive',
      reason: states[origin.node] ? 'no answer' : 'joined',
      forMs: states[origin.node] ? 42_000 : 7_000_000,
      incarnation: 1,
      addresses: [`10.0.0.${index + 1}:7946`],
      metadata: {},
      link: origin.self || states[origin.node] ? null : link,
    })),
  };
  const lag: LagReply = {
    scopes: scopes.map((scope) => ({ scope, logVersion: VERSION })),
    nodes: present.map((origin) => ({
      ...origin,
      ...answered,
      coherence: 'coherent',
      ready: true,
      logReachable: true,
      logId: LOG,
      scopes: views(origin.node),
    })),
  };
  const reachability: ReachabilityReply = {
    nodes: present.map((origin) => ({
      ...origin,
      ...answered,
      reaches: present
        .filter(
          ({ node, epoch }) =>
            epoch !== origin.epoch &&
            !deaf.some(([to, from]) => to === origin.node && from === node),
        )
        .map(({ node, epoch }) => ({
          node,
          epoch,
          reachable: true,
          silentForMs: 230,
          roundTripMs: 1.4,
        })),
    })),
  };
  const histogram = { buckets: [{ le: null, count: 0 }], count: 0, sum: 0 };
  const histograms: HistogramsReply = { convergence: histogram, staleness: histogram };
  return { status, members, lag, reachability, histograms, faults: faults ?? { faults: [] } };
}
