import { MEMBERSHIP_DEFAULTS } from '@hearsay/protocol';
import { amount, count, table, trimmed } from './format.ts';
import { messageSizes } from './message-sizes.ts';
import type { Results } from './results.ts';
import type { ModelMedium } from './scenario.ts';
import type { SteadyRow } from './steady.ts';
import { DEPLOYMENT_NODES, EVENTS_PER_SECOND } from './study.ts';

/** Of a node with four peers (docs/PERFORMANCE.md). */
const NODE_MIB = 131;
const NODE_PEERS = 4;
/** Processor time of a handshake at either end (docs/PERFORMANCE.md). */
const HANDSHAKE_MS = 12.5;
/** Of a node, each way: its own exchanges, and the answers to those of others. */
const TABLES_PER_EXCHANGE = 2;

/** What a deployment costs: a row for each thing, a column for each size. */
export function deploymentTable(results: Results): string {
  const sizes = DEPLOYMENT_NODES.map((nodes) => columnOf(nodes, results));
  const names = Object.keys(sizes[0] ?? {}) as (keyof Column)[];
  return table(
    ['', ...DEPLOYMENT_NODES.map((nodes) => `${count(nodes)} nodes`)],
    names.map((name) => [name, ...sizes.map((column) => column[name])]),
  );
}

type Column = ReturnType<typeof columnOf>;

function columnOf(nodes: number, { steady, measured }: Results) {
  const links = nodes - 1;
  const rowOf = (medium: ModelMedium, eventsPerSecond: number) =>
    steady.find(
      (row) =>
        row.nodes === nodes && row.medium === medium && row.eventsPerSecond === eventsPerSecond,
    ) as SteadyRow;
  const direct = rowOf('direct', EVENTS_PER_SECOND);
  const gossipsub = rowOf('gossipsub', EVENTS_PER_SECOND);
  const sizes = messageSizes(nodes);
  const tables = TABLES_PER_EXCHANGE / (MEMBERSHIP_DEFAULTS.exchangeIntervalMs / 1_000);
  const busy = (row: SteadyRow) => {
    const { sendUs, receiveUs } = measured[row.medium];
    return `${trimmed((row.copiesPerSecond * (sendUs + receiveUs)) / 10_000)} %`;
  };
  const perSecond = (bytes: number) => `${amount(bytes)}/s`;
  return {
    'links of a node': count(links),
    'links of the cluster': count((nodes * links) / 2),
    'memory of a node': `${count(Math.round(NODE_MIB + ((links - NODE_PEERS) * measured.linkKib) / 1_024))} MiB`,
    'processor time of a node to link all': `${trimmed((links * HANDSHAKE_MS) / 1_000)} s`,
    'idle: digests': perSecond(rowOf('direct', 0).digestBytesPerSecond),
    'idle: tables of members': perSecond(tables * sizes.members(nodes)),
    '100 events/s: digests and comparisons': perSecond(
      direct.digestBytesPerSecond + direct.comparisonBytesPerSecond,
    ),
    '100 events/s by direct links: copies': perSecond(direct.spreadBytesPerSecond),
    '… of a processor': busy(direct),
    '100 events/s by gossipsub: copies': perSecond(gossipsub.spreadBytesPerSecond),
    '… of a processor ': busy(gossipsub),
    'one node publishes all 100: it alone sends': perSecond(
      EVENTS_PER_SECOND * links * sizes.event,
    ),
    '… of its processor': `${trimmed((EVENTS_PER_SECOND * links * measured.direct.sendUs) / 10_000)} %`,
  };
}
