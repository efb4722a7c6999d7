import { SeededRandom } from '@hearsay/testkit';
import { messageSizes } from './message-sizes.ts';
import type { Outcome } from './recorder.ts';
import type { ModelMedium, Scenario } from './scenario.ts';
import { serfConvergenceMs } from './serf.ts';
import { PRODUCTION, type Settings } from './settings.ts';
import { Simulation } from './simulation.ts';
import { mean, merged, quantile, rounded } from './statistics.ts';
import type { Kind } from './traffic.ts';

/** What is asked of the model: one event at a time in a cluster that is otherwise quiet. */
export interface ConvergenceCase {
  readonly nodes: number;
  readonly medium: ModelMedium;
  /** Of all messages. */
  readonly loss: number;
  readonly linkMs: number;
  /** `null`: everyone is linked to everyone. */
  readonly links: number | null;
  readonly sendUs: number;
  /** What differs from production. */
  readonly settings: Partial<Settings>;
}

export interface ConvergenceRow extends ConvergenceCase {
  readonly runs: number;
  /** Neighbours in gossipsub's mesh; 0 with direct links. */
  readonly meshDegree: number;
  /** Of the deliveries by the medium itself. */
  readonly hopsMean: number;
  readonly hopsMax: number;
  /** Share of the deliveries that took a pull. */
  readonly repairedShare: number;
  /** Received by each node of each event, the first included. */
  readonly copies: number;
  /** Sent by each node on average for each event: copies, and what repair says on account of it. */
  readonly spreadBytes: number;
  readonly repairBytes: number;
  /** Sent by the publisher at once. */
  readonly publisherBytes: number;
  /** When this share of all deliveries of all runs were made. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p9999Ms: number;
  /** When the last node had it: the median of all runs, and the worst. */
  readonly allMedianMs: number;
  readonly allWorstMs: number;
  readonly undelivered: number;
  /** serf's formula for as many nodes and this loss. */
  readonly serfP9999Ms: number;
}

/** Deliveries of all runs together, so that one in ten thousand means something. */
const DELIVERIES_WANTED = 100_000;
const RUNS_MIN = 10;
const RUNS_MAX = 1_000;
const SHARE = 0.9999;

const SPREAD_KINDS: readonly Kind[] = ['event', 'gossip', 'ihave', 'iwant'];
const REPAIR_KINDS: readonly Kind[] = [
  'vector',
  'sketch',
  'sketch-request',
  'difference',
  'pull',
  'answer',
  'missing',
];

export function defaultRuns(nodes: number): number {
  const runs = Math.ceil(DELIVERIES_WANTED / (nodes - 1));
  return Math.min(RUNS_MAX, Math.max(RUNS_MIN, runs));
}

/** @param onRun called before each run with its number, from 1 */
export function convergence(
  one: ConvergenceCase,
  runs: number,
  seed: number,
  onRun: (run: number) => void = () => {},
): ConvergenceRow {
  const outcomes: Outcome[] = [];
  const degrees: number[] = [];
  for (let run = 1; run <= runs; run++) {
    onRun(run);
    const simulation = new Simulation(scenarioOf(one, seed * RUNS_MAX + run));
    outcomes.push(simulation.run());
    degrees.push(simulation.meshDegree);
  }
  return rowOf(one, outcomes, mean(degrees));
}

function scenarioOf(one: ConvergenceCase, seed: number): Scenario {
  const { nodes, medium, loss, linkMs, links, sendUs } = one;
  const random = new SeededRandom(seed);
  return {
    ...{ nodes, medium, loss, spreadLoss: loss, linkMs, sendUs, seed, origins: nodes },
    links: links ?? nodes - 1,
    settings: { ...PRODUCTION, ...one.settings },
    publications: [{ atMs: 0, node: Math.floor(random.next() * nodes) }],
    countFromMs: 0,
    countToMs: 0,
  };
}

function rowOf(one: ConvergenceCase, outcomes: readonly Outcome[], degree: number): ConvergenceRow {
  const { nodes, loss } = one;
  const runs = outcomes.length;
  const deliveredMs = merged(outcomes.map((outcome) => outcome.deliveredMs));
  const allMs = Float64Array.from(outcomes.flatMap((outcome) => outcome.allMs)).sort();
  const bytes = (kinds: readonly Kind[]) => {
    const all = outcomes.map(({ traffic }) => kinds.map((kind) => traffic[kind].bytes));
    return rounded(all.flat().reduce((sum, one) => sum + one, 0) / runs / nodes);
  };
  return {
    ...one,
    runs,
    meshDegree: rounded(degree),
    ...hopsOf(outcomes),
    copies: rounded(mean(outcomes.map(({ copies }) => copies)) / (nodes - 1)),
    spreadBytes: bytes(SPREAD_KINDS),
    repairBytes: bytes(REPAIR_KINDS),
    publisherBytes: rounded(publisherBytes(one, degree)),
    p50Ms: rounded(quantile(deliveredMs, 0.5)),
    p99Ms: rounded(quantile(deliveredMs, 0.99)),
    p9999Ms: rounded(quantile(deliveredMs, SHARE)),
    allMedianMs: rounded(quantile(allMs, 0.5)),
    allWorstMs: rounded(quantile(allMs, 1)),
    undelivered: outcomes.reduce((sum, outcome) => sum + outcome.undelivered, 0),
    serfP9999Ms: rounded(serfConvergenceMs({ nodes, loss, share: SHARE })),
  };
}

function hopsOf(
  outcomes: readonly Outcome[],
): Pick<ConvergenceRow, 'hopsMean' | 'hopsMax' | 'repairedShare'> {
  const [repaired = 0, ...byHops] = sums(outcomes.map(({ hops }) => hops));
  const spread = byHops.reduce((sum, count) => sum + count, 0);
  const hops = byHops.reduce((sum, count, i) => sum + count * (i + 1), 0);
  return {
    hopsMean: rounded(hops / spread),
    hopsMax: byHops.length,
    repairedShare: rounded(repaired / (repaired + spread)),
  };
}

function sums(lists: readonly (readonly number[])[]): number[] {
  const all: number[] = [];
  for (const list of lists) for (const [i, count] of list.entries()) all[i] = (all[i] ?? 0) + count;
  return all;
}

function publisherBytes(
  { nodes, medium, links, settings }: ConvergenceCase,
  degree: number,
): number {
  const { event, gossip } = messageSizes(nodes);
  const all = links ?? nodes - 1;
  if (medium === 'direct') return all * event;
  const { floodPublish } = { ...PRODUCTION, ...settings };
  return gossip * (floodPublish > 0 ? all : degree);
}
