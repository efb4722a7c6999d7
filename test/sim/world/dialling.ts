import type { Origin } from '@hearsay/spi';
import type { SimulatedNode } from '../node/node.ts';
import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';
import type { SimulatedNetwork } from './network.ts';

const DISCOVER_EVERY_MS = 1_000;
/** A dial that nobody answers is given up then. */
const TIMEOUT_MS = 3_000;
const LOOK_AGAIN_MS = 500;
const REPLACE_SHARE = 0.3;

/** How nodes come to be linked: by the addresses that discovery lists, and by those that members have. */
export class Dialling {
  readonly #agenda: Agenda;
  readonly #network: SimulatedNetwork;
  readonly #dice: Dice;
  readonly #listening = new Map<string, SimulatedNode>();
  readonly #underWay = new Set<string>();

  constructor(agenda: Agenda, network: SimulatedNetwork, dice: Dice) {
    this.#agenda = agenda;
    this.#network = network;
    this.#dice = dice;
  }

  /** @param places of which discovery lists whoever listens there: all, or the first few */
  start(node: SimulatedNode, places: number): void {
    this.#listening.set(node.identity.address, node);
    let known = 0;
    const discover = () => {
      const listed = this.#listed(node, places);
      const count = new Set(listed.map(({ place }) => place)).size;
      if (count !== known) node.mesh.handle({ kind: 'others-known', count });
      known = count;
      for (const { identity } of listed) this.#dial(node, identity.address, () => {});
      node.process.after(DISCOVER_EVERY_MS * this.#dice.between(0.7, 1.3), discover);
    };
    node.process.after(this.#dice.between(0, 200), discover);
  }

  stopped(node: SimulatedNode): void {
    const { address } = node.identity;
    if (this.#listening.get(address) === node) this.#listening.delete(address);
  }

  /** Membership wants a link to this member. */
  connect(node: SimulatedNode, peer: Origin, addresses: readonly string[]): void {
    const refused = () => node.mesh.handle({ kind: 'link-down', peer, evidence: 'closed' });
    for (const address of addresses) this.#dial(node, address, refused);
  }

  #listed(node: SimulatedNode, places: number): SimulatedNode[] {
    return [...this.#listening.values()].filter(
      ({ place }) => place !== node.place && place < places,
    );
  }

  #dial(node: SimulatedNode, address: string, refused: () => void): void {
    const id = `${node.identity.serial} ${address}`;
    const target = this.#listening.get(address);
    if (target && node.isLinkedTo(target)) return;
    if (this.#underWay.has(id)) return;
    this.#underWay.add(id);
    const endMs = this.#agenda.nowMs + TIMEOUT_MS;
    const attempt = () => {
      const outcome = this.#reach(node, address);
      if (outcome === 'silence' && this.#agenda.nowMs < endMs && node.process.isAlive) {
        this.#agenda.after(LOOK_AGAIN_MS, attempt);
        return;
      }
      this.#underWay.delete(id);
      if (outcome === 'refused') node.process.run(refused);
    };
    this.#agenda.after(this.#network.roundTripMs(), attempt);
  }

  #reach(node: SimulatedNode, address: string): 'done' | 'silence' | 'refused' {
    const place = placeOf(address);
    if (!this.#network.hears(node.place, place) || !this.#network.hears(place, node.place))
      return 'silence';
    const target = this.#listening.get(address);
    if (!target) return 'refused';
    // A handshake takes both processes.
    if (target.process.isFrozen || node.process.isFrozen) return 'silence';
    // Two live processes of one name do not admit each other (rule S5).
    if (target.place !== node.place) this.#link(node, target);
    return 'done';
  }

  /** Both may have dialled: then one link takes the place of the other, or the second comes to nothing. */
  #link(a: SimulatedNode, b: SimulatedNode): void {
    if (!a.process.isAlive || !b.process.isAlive) return;
    const isKnown = a.isLinkedTo(b) && b.isLinkedTo(a);
    if (isKnown && !this.#dice.chance(REPLACE_SHARE)) return;
    const [near, far] = this.#network.link(a, b);
    a.process.run(() => a.linked(near, b));
    b.process.run(() => b.linked(far, a));
  }
}

export function addressOf(place: number, port: number): string {
  return `${place}:${port}`;
}

function placeOf(address: string): number {
  return Number(address.split(':')[0]);
}
