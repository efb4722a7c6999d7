import type { Epoch, NodeName, Origin } from '@hearsay/spi';
import { SimulatedNode } from './node/node.ts';
import { addressOf } from './world/dialling.ts';
import { Dice } from './world/dice.ts';
import type { World } from './world/world.ts';

/** Places for those who join later. */
export const JOINS_MAX = 4;
const PORT = 7_000;
const SEEDS = 3;

/** Which processes there are: started, restarted, replaced, gone. */
export class Members {
  readonly dice: Dice;
  readonly #world: World;
  /** By place: the process that stands for it. */
  readonly #slots: SimulatedNode[] = [];
  /** Those of whom another took the name while they were frozen. */
  readonly #replaced = new Set<SimulatedNode>();
  readonly #byOrigin = new Map<string, SimulatedNode>();
  readonly #places: number;
  #started = 0;

  constructor(world: World, nodes: number) {
    this.#world = world;
    this.dice = new Dice(world.plan.seed, 'members');
    this.#places = nodes + JOINS_MAX;
    for (let place = 0; place < nodes; place++) this.#slots.push(this.#start(place, PORT));
  }

  /** @param share in [0, 1) */
  at(share: number): SimulatedNode {
    return this.#slots[Math.floor(share * this.#slots.length)] as SimulatedNode;
  }

  /** Everyone alive, frozen ones and replaced ones too. */
  all(): SimulatedNode[] {
    return [...this.#slots, ...this.#replaced].filter((node) => node.process.isAlive);
  }

  places(): number[] {
    return this.#slots.map(({ place }) => place);
  }

  byOrigin(origin: string): SimulatedNode | undefined {
    return this.#byOrigin.get(origin);
  }

  join(): void {
    if (this.#slots.length < this.#places) this.#slots.push(this.#start(this.#slots.length, PORT));
  }

  restart(place: number): void {
    const before = this.#slots[place];
    if (before?.process.isAlive) return;
    this.#slots[place] = this.#start(place, PORT);
  }

  /** Another process of the same name, while the former one is only frozen. */
  replace(node: SimulatedNode): void {
    if (this.#slots[node.place] !== node) return;
    this.#replaced.add(node);
    this.#slots[node.place] = this.#start(node.place, PORT + 1 + this.#started);
  }

  retire(node: SimulatedNode): void {
    this.#replaced.delete(node);
    if (node.process.isAlive) this.#end(node);
  }

  /** Says goodbye, then is gone. */
  leave(node: SimulatedNode): void {
    node.mesh.leave();
    node.strict.stop();
    this.#end(node);
  }

  /** Everyone who should be there is. */
  mend(): void {
    for (const node of this.#replaced) this.retire(node);
    for (const { place } of this.#slots) this.restart(place);
  }

  #end(node: SimulatedNode): void {
    node.kill();
    this.#world.dialling.stopped(node);
  }

  #start(place: number, port: number): SimulatedNode {
    const { plan, mutation, dialling } = this.#world;
    const { logging, medium, discovery } = plan.profile;
    const serial = ++this.#started;
    const drawn = this.dice.hex(16) as Epoch;
    const epoch = mutation?.keepsEpoch ? (place.toString(16).padStart(16, '0') as Epoch) : drawn;
    const origin: Origin = { node: `n${place}` as NodeName, epoch };
    const before = this.#slots[place];
    if (before) dialling.stopped(before);
    const node = new SimulatedNode(
      {
        place,
        serial,
        origin,
        address: addressOf(place, port),
        follows: logging === 'all' || (logging === 'mixed' && place % 3 !== 1),
        medium: medium === 'mixed' ? (place % 2 === 0 ? 'direct' : 'gossip') : medium,
      },
      this.#world,
    );
    this.#byOrigin.set(node.name, node);
    this.#world.note(`${node.name} starts${node.follows ? '' : ' without the log'}`);
    dialling.start(node, discovery === 'seeds' ? SEEDS : this.#places);
    return node;
  }
}
