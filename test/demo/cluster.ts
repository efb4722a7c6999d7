import { randomBytes } from 'node:crypto';
import { eventually, nowUs } from './clock.ts';
import type { FromService, ServiceConfig, ToService } from './messages.ts';
import type { DemoOptions } from './options.ts';
import { Child } from './processes.ts';
import { Relays } from './relays.ts';
import type { FaultKind } from './timeline.ts';

const START_MS = 20_000;
const CRASH_MS = 2_000;

type NodeState = 'starting' | 'up' | 'killed' | 'cut off';

/** What the cluster tells of itself. */
interface ClusterEvents {
  readonly up: (node: number, life: FromService) => void;
  readonly down: (node: number) => void;
  readonly fault: (kind: FaultKind, node: number, atUs: number) => void;
  readonly broken: (error: Error) => void;
}

type Service = Child<ToService, FromService>;

/** The services and the relays between them. */
export class Cluster {
  readonly names: readonly string[];
  readonly states: NodeState[];
  readonly #database: string;
  readonly #directory: string;
  readonly #options: DemoOptions;
  readonly #events: ClusterEvents;
  readonly #relays: Relays;
  readonly #clusterKey = randomBytes(32).toString('hex');
  readonly #services: (Service | undefined)[];
  #closing = false;

  private constructor(
    options: DemoOptions,
    directory: string,
    database: string,
    relays: Relays,
    events: ClusterEvents,
  ) {
    this.names = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);
    this.states = this.names.map(() => 'starting');
    this.#services = this.names.map(() => undefined);
    this.#options = options;
    this.#directory = directory;
    this.#database = database;
    this.#relays = relays;
    this.#events = events;
  }

  /** @param directory for the services' logs */
  static async create(
    options: DemoOptions,
    directory: string,
    database: string,
    events: ClusterEvents,
  ): Promise<Cluster> {
    const relays = await Relays.between(options.nodes);
    return new Cluster(options, directory, database, relays, events);
  }

  /** Resolves once all services can be reached; they may not have found each other yet. */
  async startAll(): Promise<void> {
    for (const node of this.names.keys()) this.#start(node);
    const started = await eventually(() => this.states.every((state) => state === 'up'), START_MS);
    if (!started) throw new Error(`the services did not start within ${START_MS / 1000} s`);
  }

  /** Ends a node by SIGKILL, in the moment between a commit and its gossip. */
  async kill(node: number): Promise<void> {
    const service = this.#services[node];
    if (!service) return;
    service.expectEnd();
    this.states[node] = 'killed';
    this.#events.fault('kill', node, nowUs());
    this.#events.down(node);
    service.send({ type: 'crash' });
    await service.ended(CRASH_MS);
    this.#relays.setTarget(node, undefined);
  }

  restart(node: number): void {
    if (this.#closing) return;
    this.#events.fault('restart', node, nowUs());
    this.#start(node);
  }

  cut(node: number): void {
    this.states[node] = 'cut off';
    this.#relays.cut(node);
    this.#events.fault('cut', node, nowUs());
  }

  heal(node: number): void {
    this.states[node] = 'up';
    this.#events.fault('heal', node, nowUs());
    this.#relays.heal(node);
  }

  async close(): Promise<void> {
    this.#closing = true;
    const services = this.#services.filter((service) => service !== undefined);
    for (const service of services) service.expectEnd();
    for (const service of services) service.send({ type: 'stop' });
    await Promise.all(services.map((service) => service.ended()));
    await this.#relays.close();
  }

  #start(node: number): void {
    const name = this.names[node] as string;
    this.states[node] = 'starting';
    const { without } = this.#options;
    const config: ServiceConfig = {
      node: name,
      database: this.#database,
      peers: this.#relays.peersOf(node),
      clusterKey: this.#clusterKey,
      repair: without === 'nothing' || without === 'polling',
      polling: without === 'nothing' || without === 'repair',
    };
    this.#services[node] = new Child({
      name,
      script: 'service.ts',
      config,
      directory: this.#directory,
      onMessage: (life: FromService) => this.#listening(node, life),
      whenBroken: this.#events.broken,
    });
  }

  #listening(node: number, life: FromService): void {
    this.#relays.setTarget(node, life.meshPort);
    this.states[node] = 'up';
    this.#events.up(node, life);
  }
}
