import { SeededRandom } from '@hearsay/testkit';
import type { Publication } from './publications.ts';
import type { ModelMedium } from './scenario.ts';
import { PRODUCTION, type Settings } from './settings.ts';
import { Simulation } from './simulation.ts';
import { quantile, rounded } from './statistics.ts';
import type { Kind } from './traffic.ts';

/** What is asked of the model: a steady stream of events by anyone, or none. */
export interface SteadyCase {
  readonly nodes: number;
  readonly medium: ModelMedium;
  readonly loss: number;
  readonly linkMs: number;
  readonly sendUs: number;
  /** Of the whole cluster; 0: idle. */
  readonly eventsPerSecond: number;
  readonly settings: Partial<Settings>;
}

export interface SteadyRow extends SteadyCase {
  /** Simulated, after the warm-up. */
  readonly seconds: number;
  /** Sent by each node on average, bytes a second. */
  readonly spreadBytesPerSecond: number;
  readonly digestBytesPerSecond: number;
  /** Vectors, or what compares them. */
  readonly comparisonBytesPerSecond: number;
  readonly pullBytesPerSecond: number;
  /** Received by each node on average, and sent. */
  readonly copiesPerSecond: number;
  /** Of all deliveries; 0 when idle. */
  readonly p9999Ms: number;
  readonly undelivered: number;
}

const WARM_UP_MS = 3_000;

const KINDS_OF = {
  spreadBytesPerSecond: ['event', 'gossip', 'ihave', 'iwant'],
  digestBytesPerSecond: ['ping', 'ack', 'ping-request', 'ping-result'],
  comparisonBytesPerSecond: ['vector', 'sketch', 'sketch-request', 'difference'],
  pullBytesPerSecond: ['pull', 'answer', 'missing'],
} as const satisfies Record<string, readonly Kind[]>;

/** @param seconds to simulate after the warm-up */
export function steady(one: SteadyCase, seconds: number, seed: number): SteadyRow {
  const { nodes, medium, loss, linkMs, sendUs, eventsPerSecond } = one;
  const countToMs = WARM_UP_MS + seconds * 1_000;
  const outcome = new Simulation({
    ...{ nodes, medium, loss, spreadLoss: loss, linkMs, sendUs, seed, origins: nodes },
    links: nodes - 1,
    settings: { ...PRODUCTION, ...one.settings },
    publications: publicationsOf(nodes, eventsPerSecond, countToMs, seed),
    countFromMs: WARM_UP_MS,
    countToMs,
  }).run();
  const rate = (kinds: readonly Kind[]) => {
    const bytes = kinds.reduce((sum, kind) => sum + outcome.traffic[kind].bytes, 0);
    return rounded(bytes / nodes / seconds);
  };
  const { deliveredMs, undelivered, traffic } = outcome;
  const copies = traffic.event.messages + traffic.gossip.messages;
  return {
    ...one,
    seconds,
    spreadBytesPerSecond: rate(KINDS_OF.spreadBytesPerSecond),
    digestBytesPerSecond: rate(KINDS_OF.digestBytesPerSecond),
    comparisonBytesPerSecond: rate(KINDS_OF.comparisonBytesPerSecond),
    pullBytesPerSecond: rate(KINDS_OF.pullBytesPerSecond),
    copiesPerSecond: rounded(copies / nodes / seconds),
    p9999Ms: deliveredMs.length > 0 ? rounded(quantile(deliveredMs, 0.9999)) : 0,
    undelivered,
  };
}

/** As many in every second, at random moments of their shares of it, by random nodes. */
function publicationsOf(
  nodes: number,
  perSecond: number,
  untilMs: number,
  seed: number,
): Publication[] {
  const random = new SeededRandom(seed);
  const shareMs = 1_000 / perSecond;
  return Array.from({ length: Math.round(untilMs / shareMs) }, (_, i) => ({
    atMs: (i + random.next()) * shareMs,
    node: Math.floor(random.next() * nodes),
  }));
}
