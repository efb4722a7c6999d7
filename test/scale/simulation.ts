import { SeededRandom } from '@hearsay/testkit';
import { AntiEntropy } from './anti-entropy.ts';
import { Comparison } from './comparison.ts';
import { Deliveries } from './deliveries.ts';
import { GossipMesh } from './gossip-mesh.ts';
import { Holdings } from './holdings.ts';
import { messageSizes } from './message-sizes.ts';
import { Network, numberOf, TIMERS, type Timer } from './network.ts';
import type { Parts } from './parts.ts';
import { Patience } from './patience.ts';
import { ModelProber } from './prober.ts';
import { Publications } from './publications.ts';
import { type Outcome, Recorder } from './recorder.ts';
import { Repairs } from './repair.ts';
import type { Scenario } from './scenario.ts';
import { Spread } from './spread.ts';
import { Topology } from './topology.ts';
import { KINDS, type Kind } from './traffic.ts';

/** A run ends here whatever is still missing, and says so. */
const RUN_MS_MAX = 120_000;
/** Phases are multiples of a part of a millisecond that sums hold exactly. */
const PHASE_STEPS_PER_MS = 1_024;

/**
 * One seeded run of a settled cluster: nodes probe each other, events are published and spread by
 * the medium, and what was lost is found by digests and pulled, as production does it.
 */
export class Simulation {
  readonly #scenario: Scenario;
  readonly #random: SeededRandom;
  readonly #network: Network;
  readonly #recorder: Recorder;
  readonly #repairs: Repairs;
  readonly #spread: Spread;
  readonly #mesh: GossipMesh | undefined;
  readonly #handlers: readonly (() => void)[];

  constructor(scenario: Scenario) {
    const { nodes, settings, loss, linkMs } = scenario;
    const random = new SeededRandom(scenario.seed);
    const network = new Network(scenario, random);
    const publications = new Publications(scenario.publications);
    const topology = new Topology(nodes, scenario.links, random);
    const holdings = new Holdings(nodes, publications, settings.headsMax, random);
    const repairs = new Repairs(holdings, publications, topology, settings, random);
    const recorder = new Recorder(nodes, publications);
    const deliveries = new Deliveries(network, publications, holdings, repairs, recorder);
    const sizes = messageSizes(nodes);
    const parts: Parts = {
      ...{ network, topology, publications, holdings, repairs, deliveries, settings, sizes },
    };
    this.#scenario = scenario;
    this.#random = random;
    this.#network = network;
    this.#recorder = recorder;
    this.#repairs = repairs;
    this.#mesh =
      scenario.medium === 'gossipsub' ? new GossipMesh(topology, settings, random) : undefined;
    this.#spread = new Spread(parts, random, this.#mesh);
    const phases = Float64Array.from({ length: nodes }, () =>
      this.#phase(settings.probeIntervalMs),
    );
    const patience = new Patience(topology, settings);
    const comparison = new Comparison(parts, patience, scenario.origins, random);
    const antiEntropy = new AntiEntropy(parts, patience, comparison, phases);
    const widens = loss > 0 || 2.2 * linkMs >= settings.pingTimeoutMs;
    const prober = new ModelProber(parts, antiEntropy, random, widens);
    this.#handlers = this.#handlersOf(antiEntropy, comparison, prober);
    this.#schedule(phases);
  }

  get meshDegree(): number {
    return this.#mesh?.meanDegree ?? 0;
  }

  run(): Outcome {
    const { queue, traffic } = this.#network;
    while (!this.#isDone() && queue.pop()) {
      if (queue.atMs > RUN_MS_MAX) break;
      if (queue.kind < KINDS.length) traffic.delivered++;
      (this.#handlers[queue.kind] as () => void)();
    }
    return this.#recorder.outcome(traffic, this.#network.inFlight);
  }

  #isDone(): boolean {
    return (
      this.#recorder.isComplete &&
      this.#spread.inFlight === 0 &&
      this.#repairs.open === 0 &&
      this.#network.nowMs >= this.#scenario.countToMs
    );
  }

  #phase(spanMs: number): number {
    return Math.floor(this.#random.next() * spanMs * PHASE_STEPS_PER_MS) / PHASE_STEPS_PER_MS;
  }

  #schedule(phases: Float64Array): void {
    const { publications, countFromMs, countToMs, settings } = this.#scenario;
    for (const [event, { atMs }] of publications.entries())
      this.#network.at(atMs, 'publish', 0, event);
    for (const [node, phase] of phases.entries()) {
      this.#network.at(phase, 'batch', node);
      if (this.#spread.isLazy)
        this.#network.at(this.#phase(settings.gossipHeartbeatMs), 'offer', node);
    }
    if (countFromMs > 0) this.#network.at(countFromMs, 'count');
    if (countToMs > 0) this.#network.at(countToMs, 'count-end');
  }

  #handlersOf(repair: AntiEntropy, comparison: Comparison, prober: ModelProber): (() => void)[] {
    const network = this.#network;
    const q = network.queue;
    const spread = this.#spread;
    const list = () => network.openList(q.what) as readonly number[];
    const array = () => network.openList(q.what) as Uint16Array;
    const learn = (hear: () => void) => {
      const node = q.to;
      hear();
      repair.tickIfNeeded(node);
    };
    const byName: Readonly<Record<Kind | Timer, () => void>> = {
      event: () => spread.event(q.to, q.what),
      gossip: () => spread.gossip(q.to, q.from, q.what, q.more),
      ihave: () => spread.offered(q.to, q.from, list()),
      iwant: () => spread.wanted(q.to, q.from, list()),
      ping: () => prober.pinged(q.to, q.from, q.what, q.more),
      ack: () => prober.acked(q.to, q.from, q.what, q.more),
      'ping-request': () => prober.requested(q.to, q.from, q.what),
      'ping-result': () => prober.answered(q.to, q.what),
      vector: () => learn(() => comparison.vector(q.to, q.from, array(), q.more === 1)),
      sketch: () => comparison.sketch(q.to, q.from, array(), q.more),
      'sketch-request': () => comparison.requested(q.to, q.from, q.what),
      difference: () => learn(() => comparison.difference(q.to, q.from, list(), q.more)),
      pull: () => repair.pull(q.to, q.from, list()),
      answer: () => repair.answer(q.to, q.from, list()),
      missing: () => repair.missing(q.to, q.from, list()),
      publish: () => spread.publish(q.what),
      batch: () => prober.batch(q.to),
      widen: () => prober.widen(q.to),
      tick: () => repair.tick(q.to),
      offer: () => this.#offer(q.to),
      count: () => network.traffic.resetKinds(),
      'count-end': () => this.#recorder.count(network.traffic),
    };
    const handlers: (() => void)[] = [];
    for (const name of [...KINDS, ...TIMERS]) handlers[numberOf(name)] = byName[name];
    return handlers;
  }

  #offer(node: number): void {
    this.#spread.offer(node);
    const { gossipHeartbeatMs } = this.#scenario.settings;
    this.#network.at(this.#network.nowMs + gossipHeartbeatMs, 'offer', node);
  }
}
