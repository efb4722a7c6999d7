import { setTimeout } from 'node:timers/promises';
import type { SampleReply } from '@hearsay/admin';
import { ADMIN_LIMITS, type AdminClient } from '@hearsay/admin/client';
import { answer, type Context } from '../context.js';
import { EXIT, UsageError } from '../exit-code.js';
import { table } from '../table.js';
import { duration, printable, truncated } from '../units.js';
import { Comparison, type Difference, type NodeTally } from '../verify/comparison.js';
import { Truth } from '../verify/truth.js';

export interface VerifyOptions {
  readonly scope: string;
  /** Path of the module that reads the database. */
  readonly loader: string;
  /** Entries of each node. */
  readonly sample: number;
  /** How long a difference may take to go, in milliseconds. */
  readonly recheck: number;
  /** For one call of the module. */
  readonly timeoutMs: number;
}

interface Verdict {
  readonly scope: string;
  /** Whether all nodes answered, and nothing that they showed is stale. */
  readonly agrees: boolean;
  readonly nodes: readonly NodeTally[];
  readonly histogram: readonly Bucket[];
  readonly differences: readonly Difference[];
}

interface Bucket {
  /** `null`: longer, or still stale at the end. */
  readonly upToMs: number | null;
  readonly count: number;
}

const PAUSE_MS_MIN = 5;
const PAUSE_MS_MAX = 250;
const BUCKETS_MS = [0, 10, 100, 1_000, 10_000] as const;

/** Unhealthy where something stays stale, could not be compared, or a member did not answer. */
export async function verify(context: Context, options: VerifyOptions): Promise<number> {
  const truth = await Truth.open(options.loader, options.timeoutMs, context.signal);
  let verdict: Verdict;
  try {
    verdict = await verdictOf(context, options, truth);
  } finally {
    await truth.close();
  }
  answer(context, verdict, (shown) => verifyText(context, shown));
  return verdict.agrees ? EXIT.ok : EXIT.unhealthy;
}

async function verdictOf(
  { client, signal }: Context,
  { scope, sample, recheck }: VerifyOptions,
  truth: Truth,
): Promise<Verdict> {
  const first = await client.sample({ scope, max: sample });
  if (first.nodes.every(({ caches }) => caches === 0))
    throw new UsageError(
      `no node that answered has a cache of scope ${scope}: ask a member whose service caches it`,
    );
  const read = await truth.digests(scope, keysOf(first));
  const comparison = new Comparison(first, read, performance.now());
  const untilMs = performance.now() + recheck;
  let pauseMs = PAUSE_MS_MIN;
  let askedMs = 0;
  while (comparison.openKeys().length > 0 && (askedMs === 0 || askedMs < untilMs)) {
    await setTimeout(Math.min(pauseMs, Math.max(0, untilMs - performance.now())), undefined, {
      signal,
    });
    askedMs = performance.now();
    comparison.looked(await entriesUnder(client, scope, comparison.openKeys()), askedMs);
    comparison.read(await truth.digests(scope, comparison.openKeys()), performance.now());
    pauseMs = Math.min(2 * pauseMs, PAUSE_MS_MAX);
  }
  comparison.end();
  const nodes = comparison.tallies();
  const differences = comparison.differences();
  const agrees = nodes.every(
    ({ outcome, stale, undigested }) => outcome === 'answered' && stale + undigested === 0,
  );
  return { scope, agrees, nodes, histogram: histogramOf(nodes, differences), differences };
}

function keysOf({ nodes }: SampleReply): string[] {
  return [...new Set(nodes.flatMap(({ entries }) => entries.map(({ key }) => key)))];
}

/** In as many questions as the limits ask for. */
async function entriesUnder(
  client: AdminClient,
  scope: string,
  keys: readonly string[],
): Promise<SampleReply> {
  const { sampledEntriesMax, sampledKeyBytesMax } = ADMIN_LIMITS;
  const pages: string[][] = [[]];
  let bytes = 2;
  for (const key of keys) {
    const keyBytes = Buffer.byteLength(JSON.stringify(key)) + 1;
    if (bytes + keyBytes > sampledKeyBytesMax || pages.at(-1)?.length === sampledEntriesMax) {
      pages.push([]);
      bytes = 2;
    }
    bytes += keyBytes;
    pages.at(-1)?.push(key);
  }
  const replies: SampleReply[] = [];
  for (const page of pages) replies.push(await client.sample({ scope, keys: page }));
  const parts = Map.groupBy(
    replies.flatMap(({ nodes }) => nodes),
    ({ epoch }) => epoch,
  );
  const nodes = [...parts.values()].map(([part, ...more]) => {
    const failed = more.find(({ outcome }) => outcome !== 'answered');
    const entries = [part, ...more].flatMap((one) => one?.entries ?? []);
    return { ...(failed ?? part), entries } as SampleReply['nodes'][number];
  });
  return { scope, nodes };
}

function histogramOf(nodes: readonly NodeTally[], differences: readonly Difference[]): Bucket[] {
  const compared = nodes.reduce((sum, { sampled, undigested }) => sum + sampled - undigested, 0);
  const counts = new Map<number | null, number>([[0, compared - differences.length]]);
  for (const { staleForMs, outcome } of differences) {
    const upToMs = outcome === 'stale' ? undefined : BUCKETS_MS.find((max) => staleForMs <= max);
    counts.set(upToMs ?? null, (counts.get(upToMs ?? null) ?? 0) + 1);
  }
  return [...BUCKETS_MS, null].map((upToMs) => ({ upToMs, count: counts.get(upToMs) ?? 0 }));
}

const COLUMNS_DEFAULT = 80;
const KEY_CHARS_MAX = 40;
const DIFFERENCES_SHOWN = 20;

function verifyText(context: Context, { nodes, histogram, differences }: Verdict): string {
  const undigested = nodes.reduce((sum, node) => sum + node.undigested, 0);
  const parts = [
    nodesText(context, nodes),
    histogramText(context, histogram),
    differences.length > 0 ? differencesText(context, differences) : '',
    undigested > 0 ? undigestedText(undigested) : '',
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function nodesText({ colors, columns }: Context, nodes: readonly NodeTally[]): string {
  const headings = ['NODE', 'CACHED', 'SAMPLED', 'EQUAL', 'GONE', 'STALE'];
  const rows = nodes.map((tally) => {
    const { node, self, outcome, detail, caches, cached, sampled, equal, gone, stale } = tally;
    const name = `${printable(node)}${self ? ' *' : ''}`;
    if (outcome !== 'answered') return [name, colors.red(printable(detail ?? outcome))];
    if (caches === 0) return [name, colors.dim('no cache')];
    const counts = [cached, sampled, equal, gone].map(String);
    return [name, ...counts, stale > 0 ? colors.red(String(stale)) : '0'];
  });
  return table(headings, rows, headings.slice(1), columns);
}

function histogramText({ colors, columns }: Context, histogram: readonly Bucket[]): string {
  const most = Math.max(1, ...histogram.map(({ count }) => count));
  const labels = histogram.map(({ upToMs }) => {
    if (upToMs === null) return 'longer, or still stale';
    return upToMs === 0 ? '0' : `≤ ${upToMs < 1_000 ? `${upToMs} ms` : `${upToMs / 1_000} s`}`;
  });
  const barWidth = Math.min(40, (columns ?? COLUMNS_DEFAULT) - 36);
  const rows = histogram.map(({ upToMs, count }, index) => {
    const bar = '█'.repeat(count === 0 ? 0 : Math.max(1, Math.round((count / most) * barWidth)));
    return [labels[index] ?? '', String(count), (upToMs === null ? colors.red : colors.green)(bar)];
  });
  return table(['STALE FOR', 'ENTRIES', ''], rows, ['ENTRIES']);
}

const OUTCOMES = { stale: 'still stale', gone: 'gone since', equal: 'equal since' } as const;

function differencesText({ colors, columns }: Context, differences: readonly Difference[]): string {
  const sorted = differences.toSorted((a, b) => b.staleForMs - a.staleForMs);
  const shown = [
    ...sorted.filter(({ outcome }) => outcome === 'stale'),
    ...sorted.filter(({ outcome }) => outcome !== 'stale'),
  ].slice(0, DIFFERENCES_SHOWN);
  const rows = shown.map(({ node, key, staleForMs, ageMs, outcome }) => [
    printable(node),
    truncated(printable(key), KEY_CHARS_MAX),
    `≥ ${duration(staleForMs)}`,
    duration(ageMs),
    outcome === 'stale' ? colors.red(OUTCOMES.stale) : OUTCOMES[outcome],
  ]);
  const headings = ['NODE', 'KEY', 'STALE FOR', 'AGE', ''];
  const more = differences.length - shown.length;
  const text = table(headings, rows, ['STALE FOR', 'AGE'], columns);
  return more > 0 ? `${text}\nand ${more} more: --json lists all` : text;
}

function undigestedText(count: number): string {
  const what = count === 1 ? '1 entry has' : `${count} entries have`;
  return `${what} no digest, and could not be compared: give every node admin.digest`;
}
