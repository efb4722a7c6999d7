import type { FaultsReply, LagReply, MembersReply, ScopeView, StatusReply } from '@hearsay/admin';
import type { Context } from '../context.js';
import { live } from '../live.js';
import { table } from '../table.js';
import { bytes, duration, printable, timeOfDay, truncated, widthOf } from '../units.js';
import { reasonsText } from './status.js';

const EVERY_MS = 1_000;
const FAULTS_SHOWN = 5;
const NAME_CHARS_MIN = 16;

interface Picture {
  readonly status: StatusReply;
  readonly members: MembersReply;
  readonly lag: LagReply;
  readonly faults: FaultsReply;
  readonly takenMs: number;
}

/** Everything at a glance, on 80 columns. */
export function top(context: Context): Promise<number> {
  const { client, json } = context;
  let before: Picture | undefined;
  return live(context, EVERY_MS, async () => {
    const [status, members, lag, faults] = await Promise.all([
      client.status(),
      client.members(),
      client.lag(),
      client.faults(),
    ]);
    const picture = { status, members, lag, faults, takenMs: performance.now() };
    const text = json ? JSON.stringify(picture) : draw(context, picture, before);
    before = picture;
    return text;
  });
}

function draw(context: Context, picture: Picture, before: Picture | undefined): string {
  const { status, faults } = picture;
  const parts = [
    headText(context, status),
    ratesText(picture, before),
    nodesText(context, picture),
  ];
  const recent = faults.faults.slice(0, FAULTS_SHOWN);
  const lines = recent.map(({ atMs, text }) => `${timeOfDay(atMs)} ${printable(text)}`);
  const heading = context.colors.dim(`faults of the last hour: ${faults.faults.length}`);
  return [...parts, [heading, ...lines].join('\n')].join('\n\n');
}

function headText({ colors, columns }: Context, status: StatusReply): string {
  const { node, ready, coherence, memberCount, process, reasons, logReachable } = status;
  const state = ready ? colors.green('ready') : colors.red(`not ready: ${reasonsText(reasons)}`);
  const log = logReachable === false ? `  ${colors.red('log out of reach')}` : '';
  const facts = `  ${coherence}  ${memberCount} members${log}  ${state}`;
  const nameMax = Math.max(NAME_CHARS_MIN, (columns ?? Infinity) - widthOf(facts));
  const { eventLoopDelayMs, residentBytes, upForMs } = process;
  return [
    `${colors.bold(truncated(printable(node), nameMax))}${facts}`,
    `up ${duration(upForMs)}  ${bytes(residentBytes)}  event loop p99 ${duration(eventLoopDelayMs.p99)}`,
  ].join('\n');
}

const RATES: Readonly<Record<string, string>> = {
  appliedLocally: 'announced',
  appliedByGossip: 'by gossip',
  appliedByLog: 'by log',
  polls: 'polls',
};

/** Each a second, since the last picture. */
function ratesText({ status, takenMs }: Picture, before: Picture | undefined): string {
  const seconds = before ? (takenMs - before.takenMs) / 1_000 : 0;
  return Object.entries(RATES)
    .map(([counter, name]) => {
      const count = (status.counters[counter] ?? 0) - (before?.status.counters[counter] ?? 0);
      return `${name} ${seconds > 0 ? (count / seconds).toFixed(1) : '–'}/s`;
    })
    .join('   ');
}

function nodesText({ colors, columns }: Context, { members, lag }: Picture): string {
  const lagOf = new Map(lag.nodes.map((node) => [`${node.node} ${node.epoch}`, node]));
  const rows = members.members.map(({ node, epoch, self, state, forMs, link }) => {
    const known = lagOf.get(`${node} ${epoch}`);
    return [
      `${printable(node)}${self ? ' *' : ''}`,
      state === 'alive' ? colors.green(state) : colors.red(state),
      duration(forMs),
      duration(link?.roundTripMs),
      ...lagCells(known?.outcome === 'answered' ? known.scopes : undefined),
    ];
  });
  const headings = ['NODE', 'STATE', 'FOR', 'RTT', 'BEHIND', 'PROOF AGE'];
  return table(headings, rows, headings.slice(2), columns);
}

/** How far the slowest of a node's scopes is behind, and how old its oldest proof. */
function lagCells(scopes: readonly ScopeView[] | undefined): [behind: string, age: string] {
  if (scopes === undefined) return ['–', '–'];
  const ages = scopes.map(({ freshForMs }) => freshForMs ?? Number.POSITIVE_INFINITY);
  const oldest = Math.max(0, ...ages);
  return [
    String(Math.max(0, ...scopes.map(({ behind }) => behind ?? 0))),
    Number.isFinite(oldest) ? duration(oldest) : 'unproven',
  ];
}
