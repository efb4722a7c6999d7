/**
 * What strangers at one member's door do to three members that publish all the while: every delivery's
 * latency without them and with them, in turns.
 */
import type { PartOptions } from '../part.ts';
import { residentMiB } from '../resident-memory.ts';
import { atLeast, atMost, context, type Row } from '../row.ts';
import { median, percentile, worst } from '../statistics.ts';
import { WorkerProcess, WorkerProcesses } from '../worker-process.ts';
import type { Attack } from '../workers/strangers.ts';

const MEMBERS = 3;
const WARM_EVENTS = 200;
const EVERY_MS = 10;
const CLUSTER_KEY = '7'.repeat(64);

const RATIO_MAX = 2;
const LIVE_MIB_MAX = 32;

interface Plan extends Omit<Attack, 'address'> {
  readonly what: string;
  /** For which strangers must have been refused. */
  readonly reasons: readonly ('Key' | 'Limit' | 'Timeout')[];
}

/** 64 strangers are as many as the default limit lets to the door at once. */
const PLANS: readonly Plan[] = [
  {
    what: '1,000 silent connections',
    conduct: 'silent',
    strangers: 1_000,
    reasons: ['Limit', 'Timeout'],
  },
  { what: '64 encrypted and idle', conduct: 'idle', strangers: 64, reasons: ['Timeout'] },
  { what: '64 with a byte a second', conduct: 'drip', strangers: 64, reasons: ['Timeout'] },
  { what: '50 wrong keys a second', conduct: 'wrong-key', strangers: 50, reasons: ['Key'] },
];

type Counters = Readonly<Record<string, number>>;

interface Latency {
  readonly p99Us: number;
  /** Of what that member received. */
  readonly atVictimP99Us: number;
}

/** Of the member that they come to. */
interface Memory {
  /** Once all garbage was collected, while the attack went on. */
  readonly liveMiB: number;
  /** The compiler's and the collector's included. */
  readonly residentMiB: number;
}

interface Pair {
  readonly without: Latency;
  readonly with: Latency;
  /** What the attack added to the victim's refusals, by counter. */
  readonly refused: Counters;
  /** What the attack added. */
  readonly memory: Memory;
}

export async function run({ quick, progress }: PartOptions): Promise<Row[]> {
  const pairs = quick ? 2 : 5;
  // Longer than the 5 s after which a stranger is cut off, so that the next ones come too.
  const events = quick ? 700 : 1_000;
  await using members = new WorkerProcesses('latency-member.ts', MEMBERS);
  const addresses = await members.call<string>('start', (index) => ({
    node: `node-${index + 1}`,
    medium: 'direct',
    clusterKey: CLUSTER_KEY,
  }));
  await members.call('connect', () => addresses);
  await using strangers = new WorkerProcess('strangers.ts');
  await strangers.call('start');
  await latency(members, WARM_EVENTS);
  const rows: Row[] = [];
  for (const plan of PLANS) {
    const measured: Pair[] = [];
    for (let at = 1; at <= pairs; at++) {
      progress(`${plan.what}, pair ${at} of ${pairs}`);
      measured.push(
        await measure(members, strangers, { ...plan, address: addresses[0] ?? '' }, events),
      );
    }
    rows.push(...rowsOf(plan, measured));
  }
  const counters = await members.call<Counters>('counters');
  const deaths = counters.reduce((sum, { deaths = 0 }) => sum + deaths, 0);
  return [...rows, atMost('members declared dead', deaths, '', 0)];
}

/** The first member is the one that the strangers come to. */
async function measure(
  members: WorkerProcesses,
  strangers: WorkerProcess,
  attack: Attack,
  events: number,
): Promise<Pair> {
  const [victim] = members.all;
  if (!victim) throw new Error('there is no victim');
  const without = await latency(members, events);
  const before = await stateOf(victim);
  await strangers.call('attack', attack);
  const during = await latency(members, events);
  const after = await stateOf(victim);
  await strangers.call('cease');
  const refused = Object.fromEntries(
    Object.entries(after.counters).map(([name, count]) => [
      name,
      count - (before.counters[name] ?? 0),
    ]),
  );
  const memory = {
    liveMiB: after.liveMiB - before.liveMiB,
    residentMiB: after.residentMiB - before.residentMiB,
  };
  return { without, with: during, refused, memory };
}

async function stateOf(member: WorkerProcess): Promise<Memory & { readonly counters: Counters }> {
  const resident = residentMiB(member.pid);
  const counters = await member.call<Counters>('counters');
  return { counters, residentMiB: resident, liveMiB: await member.call<number>('liveMiB') };
}

/** All publish; every event counts once at each of the others. */
async function latency(members: WorkerProcesses, events: number): Promise<Latency> {
  await members.call('publish', () => ({ count: events, everyMs: EVERY_MS }));
  const latenciesUs = await members.call<number[]>('received', () => (MEMBERS - 1) * events);
  const p99 = (samples: readonly number[]): number => percentile(samples, 0.99) ?? Number.NaN;
  return { p99Us: p99(latenciesUs.flat()), atVictimP99Us: p99(latenciesUs[0] ?? []) };
}

function rowsOf({ what, reasons }: Plan, pairs: readonly Pair[]): Row[] {
  const ratios = pairs.map((pair) => pair.with.p99Us / pair.without.p99Us);
  const victimRatios = pairs.map((pair) => pair.with.atVictimP99Us / pair.without.atVictimP99Us);
  const liveMiB = worst(pairs.map(({ memory }) => memory.liveMiB));
  const resident = worst(pairs.map(({ memory }) => memory.residentMiB));
  return [
    atMost(`${what}: p99 with them / without`, median(ratios), '×', RATIO_MAX),
    context(`${what}: p99 with them`, median(pairs.map((pair) => pair.with.p99Us)), 'µs'),
    context(`${what}: p99 without`, median(pairs.map(({ without }) => without.p99Us)), 'µs'),
    context(`${what}: the same ratio at that member`, median(victimRatios), '×'),
    ...reasons.map((reason) => {
      const counts = pairs.map(({ refused }) => refused[`admissionsRefused${reason}`] ?? 0);
      return atLeast(
        `${what}: fewest refused, ${reason.toLowerCase()}`,
        Math.min(...counts),
        '',
        1,
      );
    }),
    atMost(`${what}: live memory added, worst`, liveMiB, 'MiB', LIVE_MIB_MAX),
    context(`${what}: resident memory added, worst`, resident, 'MiB'),
  ];
}
