import { DatabaseFaults } from './database-faults.ts';
import type { Fault, Undo } from './faults.ts';
import type { Members } from './members.ts';
import { NetworkFaults } from './network-faults.ts';
import { ProcessFaults } from './process-faults.ts';
import type { World } from './world/world.ts';

/** Makes faults happen, and undoes each when its time is over. */
export class Injector {
  readonly #world: World;
  readonly #network: NetworkFaults;
  readonly #processes: ProcessFaults;
  readonly #database: DatabaseFaults;
  readonly #lasting = new Set<Undo>();
  readonly counts: Partial<Record<Fault['kind'], number>> = {};

  constructor(world: World, members: Members) {
    this.#world = world;
    this.#network = new NetworkFaults(world, members);
    this.#processes = new ProcessFaults(world, members);
    this.#database = new DatabaseFaults(world, members);
  }

  begin(fault: Fault): void {
    const { kind, forMs, index } = fault;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    this.#world.note(`#${index} ${kind} ${describe(fault)} for ${forMs.toFixed(0)} ms`);
    const undo = this.#apply(fault);
    if (!undo) return;
    const once = () => {
      if (!this.#lasting.delete(once)) return;
      undo();
      this.#world.note(`#${index} ${kind} ends`);
    };
    this.#lasting.add(once);
    this.#world.agenda.after(forMs, once);
  }

  /** Every fault is over. */
  endAll(): void {
    for (const undo of this.#lasting) undo();
    this.#lasting.clear();
  }

  #apply(fault: Fault): Undo | undefined {
    switch (fault.kind) {
      case 'loss':
      case 'delay':
      case 'duplication':
      case 'reordering':
        return this.#network.weather(fault.kind, fault);
      case 'cut-pair':
      case 'cut-one-way':
      case 'isolate':
      case 'split':
      case 'stalled-link':
        return this.#network.cut(fault);
      case 'freeze':
      case 'suspend':
      case 'lag':
      case 'crash':
      case 'crash-after-commit':
      case 'replaced-while-frozen':
      case 'leave':
      case 'join':
      case 'wall-jump':
      case 'flood':
        return this.#processes.begin(fault);
      default:
        return this.#database.begin(fault);
    }
  }
}

function describe({ a, b }: Fault): string {
  return `(${a.toFixed(2)}, ${b.toFixed(2)})`;
}
