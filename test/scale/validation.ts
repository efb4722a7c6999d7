import { SeededRandom } from '@hearsay/testkit';
import { RealCluster, type RealTraffic } from './real-cluster.ts';
import type { Scenario } from './scenario.ts';
import { PRODUCTION } from './settings.ts';
import { Simulation } from './simulation.ts';
import { mean, merged, quantile, rounded } from './statistics.ts';
import type { Kind } from './traffic.ts';

/** The same of both: a cluster of direct links. */
export interface ComparedCase {
  readonly nodes: number;
  readonly linkMs: number;
  readonly spreadLoss: number;
  readonly loss: number;
}

export interface ComparedTimes {
  /** Deliveries that took a pull. */
  readonly deliveries: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
}

export interface Compared extends ComparedCase {
  readonly machines: ComparedTimes;
  readonly model: ComparedTimes;
}

/** Whatever is later than this was not brought by the medium: jitter is a tenth. */
const SPREAD_LINKS = 1.2;

/** Times of repair: of the machines for so many events, and of the model for as many runs. */
export function compareTimes(one: ComparedCase, events: number, runs: number): Compared {
  const cluster = new RealCluster({ ...one, seed: 1 });
  const real = cluster.latenciesMs(events);
  const simulated = Array.from({ length: runs }, (_, run) =>
    new Simulation(scenarioOf(one, run + 1, [{ atMs: 0, node: run % one.nodes }], 0)).run(),
  );
  const model = merged(simulated.map(({ deliveredMs }) => deliveredMs));
  return {
    ...one,
    machines: timesOf(real, one.linkMs),
    model: timesOf(Array.from(model), one.linkMs),
  };
}

/** Messages a second and node, by kind: of the machines, and of the model. */
export interface ComparedTraffic {
  readonly machines: ReadonlyMap<string, number>;
  readonly model: ReadonlyMap<string, number>;
}

/** What either calls the kinds that are compared. */
const KINDS: readonly [keyof typeof MACHINE_KINDS, readonly Kind[]][] = [
  ['heartbeats', ['ping', 'ack']],
  ['vectors', ['vector']],
  ['sketches', ['sketch']],
  ['differences', ['difference']],
  ['pulls', ['pull']],
];
const MACHINE_KINDS = {
  heartbeats: ['heartbeat', 'heartbeat-ack'],
  vectors: ['vector'],
  sketches: ['sketch'],
  differences: ['difference'],
  pulls: ['pull'],
} as const;

/** @param origins of whom everyone tells besides the nodes */
export function compareTraffic(
  one: ComparedCase,
  origins: number,
  eventsPerSecond: number,
  seconds: number,
): ComparedTraffic {
  const cluster = new RealCluster({ ...one, seed: 1, origins });
  const sent = cluster.traffic(eventsPerSecond, seconds);
  const random = new SeededRandom(1);
  const publications = Array.from({ length: eventsPerSecond * seconds }, () => ({
    atMs: random.between(0, 1_000 * seconds),
    node: Math.floor(random.next() * one.nodes),
  })).sort((a, b) => a.atMs - b.atMs);
  const scenario = scenarioOf(one, 1, publications, 1_000 * seconds);
  const { traffic } = new Simulation({ ...scenario, origins: one.nodes + origins }).run();
  const perSecond = (messages: number) => rounded(messages / one.nodes / seconds);
  const machines = new Map<string, number>();
  const model = new Map<string, number>();
  for (const [name, kinds] of KINDS) {
    const ofMachines: (RealTraffic | undefined)[] = MACHINE_KINDS[name].map((kind) =>
      sent.get(kind),
    );
    machines.set(name, perSecond(ofMachines.reduce((sum, of) => sum + (of?.messages ?? 0), 0)));
    model.set(name, perSecond(kinds.reduce((sum, kind) => sum + traffic[kind].messages, 0)));
  }
  return { machines, model };
}

function scenarioOf(
  one: ComparedCase,
  seed: number,
  publications: Scenario['publications'],
  countToMs: number,
): Scenario {
  return {
    ...one,
    medium: 'direct',
    links: one.nodes - 1,
    origins: one.nodes,
    sendUs: 0,
    settings: PRODUCTION,
    seed,
    publications,
    countFromMs: 0,
    countToMs,
  };
}

function timesOf(latenciesMs: readonly number[], linkMs: number): ComparedTimes {
  const late = latenciesMs.filter((ms) => ms > SPREAD_LINKS * linkMs);
  return {
    deliveries: late.length,
    meanMs: rounded(mean(late)),
    p50Ms: rounded(quantile(late, 0.5)),
    p90Ms: rounded(quantile(late, 0.9)),
  };
}
