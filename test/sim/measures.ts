import type { SimulatedNode } from './node/node.ts';
import type { Agenda } from './world/agenda.ts';
import type { Frame, LinkOwner } from './world/network.ts';
import type { Commit } from './world/truth.ts';
import type { Phase } from './world/world.ts';

/** Messages that carry events, or serve membership alone. All others compare what nodes have. */
const NOT_DIGESTS = new Set([
  'events',
  'pull',
  'missing',
  'leave',
  'members',
  'ping-request',
  'ping-result',
]);
/** Where more is lost, or frames take longer, repairs are not timed. */
const TIMED = { lossMax: 0.3, delayMsMax: 100 };
/** What a fault did to a cluster is over by then. */
const CALM_AFTER_MS = 5_000;

/** A commit on its way to everyone. */
interface Spreading {
  readonly atMs: number;
  left: number;
}

/** A frame of events that chance kept from one receiver. */
interface Lost {
  readonly atMs: number;
  readonly from: number;
  /** Events of it that are still missing there. */
  left: number;
  /** The most that was lost by chance since. */
  lossRate: number;
}

export interface Repair {
  readonly ms: number;
  /** The share of all frames that was lost meanwhile, in [0, 1]. */
  readonly lossRate: number;
}

/** How rough the network is for everyone. */
interface Roughness {
  readonly lossRate: number;
  readonly delayMs: number;
}

/** Times and counts of a run that are reported; they judge nothing. */
export class Measures {
  /** Of commits well after the last fault: until every process had applied them. */
  readonly convergenceMs: number[] = [];
  /** Of frames that chance kept from a linked receiver: from publish until it had all their events. */
  readonly repairs: Repair[] = [];
  /** Sent at rest by all nodes, in messages that compare what nodes have. */
  digestBytes = 0;
  refused = 0;
  readonly #agenda: Agenda;
  readonly #phase: () => Phase;
  readonly #calmFromMs: number;
  readonly #spreading = new Map<number, Spreading>();
  /** By receiver and serial. */
  readonly #missed = new Map<string, Lost>();
  #roughness: Roughness = { lossRate: 0, delayMs: 0 };
  /** By place: how many faults concern it now, and when the last one ended. */
  readonly #faults = new Map<number, number>();
  readonly #disturbedMs = new Map<number, number>();

  /** @param faultsMs when the last fault has ended */
  constructor(agenda: Agenda, phase: () => Phase, faultsMs: number) {
    this.#agenda = agenda;
    this.#phase = phase;
    this.#calmFromMs = faultsMs + CALM_AFTER_MS;
  }

  /** A fault cuts, stops or slows the process at this place. @param by −1 when it ends */
  disturbs(place: number, by: 1 | -1): void {
    this.#faults.set(place, (this.#faults.get(place) ?? 0) + by);
    this.#disturbedMs.set(place, this.#agenda.nowMs);
  }

  committed({ erasures }: Commit, processes: number): void {
    const { nowMs } = this.#agenda;
    if (nowMs < this.#calmFromMs || this.#phase() !== 'loaded') return;
    for (const { serial } of erasures)
      this.#spreading.set(serial, { atMs: nowMs, left: processes });
  }

  /** For the first time by one more process. */
  applied(serial: number): void {
    const commit = this.#spreading.get(serial);
    if (!commit || --commit.left > 0) return;
    this.#spreading.delete(serial);
    this.convergenceMs.push(this.#agenda.nowMs - commit.atMs);
  }

  /** From now on, for everyone at most. */
  weather(roughness: Roughness): void {
    this.#roughness = roughness;
    const isTimed = this.#isTimed();
    for (const [id, lost] of this.#missed)
      if (isTimed) lost.lossRate = Math.max(lost.lossRate, roughness.lossRate);
      else this.#missed.delete(id);
  }

  /** A frame of own events leaves. @returns whom to tell of receivers that it does not reach */
  leaves(node: SimulatedNode, first: number, count: number): ((by: LinkOwner) => void) | undefined {
    const { lossRate } = this.#roughness;
    if (lossRate === 0 || !this.#isTimed()) return undefined;
    const serials = node.published.slice(first - 1, first - 1 + count).filter(Boolean);
    const { nowMs: atMs } = this.#agenda;
    return (by) => {
      if (serials.length === 0 || this.#isDisturbed(by.place, atMs)) return;
      if (this.#isDisturbed(node.place, atMs)) return;
      const receiver = (by as SimulatedNode).name;
      const lost: Lost = { atMs, from: node.place, left: serials.length, lossRate };
      for (const serial of serials) this.#missed.set(`${receiver} ${serial}`, lost);
    };
  }

  /** An event came to this process by the mesh. */
  delivered(node: SimulatedNode, serial: number): void {
    if (this.#missed.size === 0) return;
    const id = `${node.name} ${serial}`;
    const lost = this.#missed.get(id);
    if (lost === undefined) return;
    this.#missed.delete(id);
    const { atMs, from, lossRate } = lost;
    if (--lost.left > 0) return;
    if (this.#isDisturbed(node.place, atMs) || this.#isDisturbed(from, atMs)) return;
    this.repairs.push({ ms: this.#agenda.nowMs - atMs, lossRate });
  }

  spoke(kind: string, frame: Frame): void {
    if (this.#phase() !== 'rest' || NOT_DIGESTS.has(kind)) return;
    this.digestBytes += frame.bytes.byteLength;
  }

  #isTimed(): boolean {
    const { lossRate, delayMs } = this.#roughness;
    return lossRate <= TIMED.lossMax && delayMs <= TIMED.delayMsMax;
  }

  #isDisturbed(place: number, sinceMs: number): boolean {
    if ((this.#faults.get(place) ?? 0) > 0) return true;
    return (this.#disturbedMs.get(place) ?? Number.NEGATIVE_INFINITY) >= sinceMs;
  }
}
