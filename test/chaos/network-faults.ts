import type { HostNetwork, Netem } from '../hosts/host-network.ts';
import type { NetworkFault } from './schedule.ts';

/** Many faults of one network at once: what overlaps adds up, and what ends leaves the rest. */
export class NetworkFaults {
  readonly #network: HostNetwork;
  readonly #active = new Set<NetworkFault>();
  /** So that what is set on a host later is in force later. */
  #last: Promise<void> = Promise.resolve();

  constructor(network: HostNetwork) {
    this.#network = network;
  }

  begin(fault: NetworkFault): Promise<void> {
    this.#active.add(fault);
    return this.#apply(fault);
  }

  end(fault: NetworkFault): Promise<void> {
    this.#active.delete(fault);
    return this.#apply(fault);
  }

  #apply(changed: NetworkFault): Promise<void> {
    if ('delayMs' in changed || 'lossPercent' in changed) {
      const { node } = changed;
      this.#last = this.#last.then(() => this.#network.netem(node, netemOf(this.#active, node)));
    } else this.#network.replaceCuts(cutsOf(this.#active, this.#network.count));
    return this.#last;
  }
}

/** @returns who reaches whom no more */
export function cutsOf(
  active: Iterable<NetworkFault>,
  nodes: number,
): (readonly [from: number, to: number])[] {
  const all = Array.from({ length: nodes }, (_, index) => index);
  const ways = all.flatMap((from) => all.map((to) => [from, to] as const));
  const faults = [...active];
  return ways.filter(([from, to]) => from !== to && faults.some((fault) => cuts(fault, from, to)));
}

function cuts(fault: NetworkFault, from: number, to: number): boolean {
  switch (fault.kind) {
    case 'cutOneWay':
      return fault.from === from && fault.to === to;
    case 'cutPair':
      return (fault.from === from && fault.to === to) || (fault.from === to && fault.to === from);
    case 'isolate':
      return fault.node === from || fault.node === to;
    case 'split':
      return fault.minority.includes(from) !== fault.minority.includes(to);
    case 'loss':
    case 'delay':
    case 'reorder':
      return false;
  }
}

/** @returns how packets of the host are treated: the worst of what is active, of each kind */
export function netemOf(active: Iterable<NetworkFault>, host: number): Netem {
  const worst = { lossPercent: 0, delayMs: 0, jitterMs: 0, reorderPercent: 0 };
  for (const fault of active)
    if ('node' in fault && fault.node === host)
      for (const name of Object.keys(worst) as (keyof typeof worst)[])
        worst[name] = Math.max(worst[name], (fault as Partial<typeof worst>)[name] ?? 0);
  return worst;
}
