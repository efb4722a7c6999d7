/** The clients: seeded writes and reads through random nodes, at an even pace. */
import { CatalogueReader, openCatalogue, tagsOf } from './catalogue.ts';
import { childConfig, runChild, tellParent } from './child.ts';
import { nowUs } from './clock.ts';
import { DoorClient, DoorError } from './door-client.ts';
import type { Ack, LoadConfig, TokenRead, ToLoad } from './messages.ts';
import { pick, pickSkewed, type Random, seededRandom, shuffled } from './random.ts';
import type { DemoScope } from './scopes.ts';

/** Keys a read request: what a page of a registry would show. */
const READ_KEYS = 32;
const TICK_MS = 2;
const REPORT_MS = 100;
/** Operations begun in one tick after a stall, so that a stall does not end in a burst. */
const BURST_MAX = 3;

const NOTHING = { writes: 0, reads: 0, aborted: 0, failed: 0 };

interface Client {
  readonly node: number;
  readonly door: DoorClient;
}

class Load {
  readonly #config: LoadConfig;
  readonly #random: Random;
  readonly #keys: readonly string[];
  readonly #tags: readonly string[];
  #clients: Client[] = [];
  #acks: Ack[] = [];
  #tokenReads: TokenRead[] = [];
  #totals = { ...NOTHING };
  readonly #underway = new Set<Promise<void>>();
  #timers: NodeJS.Timeout[] = [];
  #writesBegun = 0;
  #readsBegun = 0;

  constructor(config: LoadConfig) {
    this.#config = config;
    this.#random = seededRandom(config.seed);
    using db = openCatalogue(config.database, { readOnly: true, busyMs: 1000 });
    const items = new CatalogueReader(db).all('package');
    this.#keys = shuffled(
      this.#random,
      items.map((item) => item.key),
    );
    this.#tags = [...new Set(items.flatMap(tagsOf))];
  }

  /** Clients of services that stay where they are keep their connections. */
  setDoors(ports: readonly (number | null)[]): void {
    const before = this.#clients;
    this.#clients = ports.flatMap((port, node) => {
      if (port === null) return [];
      const known = before.find((client) => client.node === node && client.door.port === port);
      return known ?? { node, door: new DoorClient(port) };
    });
    for (const client of before) if (!this.#clients.includes(client)) client.door.close();
  }

  begin(): void {
    const beganUs = nowUs();
    const { writesPerSecond, readsPerSecond } = this.#config;
    const tick = (): void => {
      const seconds = (nowUs() - beganUs) / 1e6;
      const writes = Math.floor(seconds * writesPerSecond) - this.#writesBegun;
      for (let i = 0; i < Math.min(writes, BURST_MAX); i++) this.#start(this.#write());
      const reads = Math.floor((seconds * readsPerSecond) / READ_KEYS) - this.#readsBegun;
      for (let i = 0; i < Math.min(reads, BURST_MAX); i++) this.#start(this.#read());
    };
    this.#timers = [setInterval(tick, TICK_MS), setInterval(() => this.#report(), REPORT_MS)];
  }

  count(): void {
    this.#totals = { ...NOTHING };
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await Promise.all(this.#underway);
    this.#report();
    tellParent({ type: 'stopped', totals: this.#totals });
  }

  #report(): void {
    tellParent({ type: 'acks', acks: this.#acks, tokenReads: this.#tokenReads });
    this.#acks = [];
    this.#tokenReads = [];
  }

  #start(operation: Promise<void>): void {
    const settled = operation
      .catch((error: unknown) => {
        if (error instanceof DoorError && error.status === 409) this.#totals.aborted++;
        else this.#totals.failed++;
      })
      .finally(() => this.#underway.delete(settled));
    this.#underway.add(settled);
  }

  async #read(): Promise<void> {
    this.#readsBegun++;
    const { door } = pick(this.#random, this.#clients);
    const scope = this.#scope();
    const keys = Array.from({ length: READ_KEYS }, () => pickSkewed(this.#random, this.#keys));
    await door.readRaw({ scope, keys });
    this.#totals.reads += READ_KEYS;
  }

  async #write(): Promise<void> {
    const writeId = `${this.#config.seed}-${++this.#writesBegun}`;
    const { node, door } = pick(this.#random, this.#clients);
    const scope = this.#scope();
    const key = pickSkewed(this.#random, this.#keys);
    const target = this.#target(key);
    const abort = this.#random() < 0.01 ? '&abort' : '';
    const withToken = this.#random() < 0.04;
    const other = pick(this.#random, this.#clients);
    const path = target === '' ? `/${scope}/${encodeURI(key)}` : `/${scope}`;
    const answer = await door.write(`${path}?write=${writeId}${target}${abort}`);
    this.#totals.writes++;
    this.#acks.push([node, writeId, answer.beganUs, answer.ackUs, answer.token]);
    if (withToken && target === '') await this.#readBack(other, scope, key, answer);
  }

  /** Read your writes, on another node. */
  async #readBack(
    { node, door }: Client,
    scope: DemoScope,
    key: string,
    { revision: written, token }: { revision: number; token: string },
  ): Promise<void> {
    const invokedUs = nowUs();
    const { items } = await door.read({ scope, keys: [key], token });
    const read = items[0]?.revision ?? 0;
    this.#totals.reads++;
    this.#tokenReads.push({ node, scope, key, written, read, invokedUs });
  }

  #scope(): DemoScope {
    return this.#random() < 0.7 ? 'package' : 'licence';
  }

  /** Mostly one key; now and then all below a name, all of a licence, or all there is. */
  #target(key: string): string {
    const dice = this.#random();
    if (dice < 0.001) return '&all';
    if (dice < 0.004) return `&tag=${encodeURIComponent(pick(this.#random, this.#tags))}`;
    if (dice >= 0.03) return '';
    const name = key.slice(0, key.lastIndexOf('/'));
    const prefix = this.#random() < 0.5 ? name : name.slice(0, `${name}/`.indexOf('/'));
    return `&prefix=${encodeURIComponent(prefix)}`;
  }
}

const load = new Load(childConfig());
runChild<ToLoad>((message) => {
  switch (message.type) {
    case 'doors':
      return load.setDoors(message.doorPorts);
    case 'begin':
      return load.begin();
    case 'count':
      load.count();
      return;
    case 'stop':
      return load.stop();
  }
});
