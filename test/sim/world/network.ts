import type { Agenda } from './agenda.ts';
import type { Dice } from './dice.ts';

/** Whoever has ends of links. */
export interface LinkOwner {
  /** Where it stands in the network; a restarted process stands where its former self stood. */
  readonly place: number;
  readonly process: {
    readonly isAlive: boolean;
    readonly isFrozen: boolean;
    run(callback: () => void): void;
  };
  received(end: LinkEnd, frame: Frame): void;
  /** The other side closed it, and that was heard here. */
  closed(end: LinkEnd): void;
  /** What waited on it was more than may wait, and was thrown away. */
  overflowed(end: LinkEnd): void;
}

export interface Frame {
  readonly bytes: Uint8Array;
  /** A question or an answer, beside the frames of the mesh. */
  readonly asking?: true;
  /** On the shared medium: known by this number, and passed on. */
  readonly shared?: number | undefined;
  /** Told when chance, and nothing else, loses the frame. */
  readonly onLost?: ((by: LinkOwner) => void) | undefined;
}

/** One side's end of a link: what is sent on it arrives at the other. */
export interface LinkEnd {
  readonly owner: LinkOwner;
  readonly other: LinkEnd;
  /** As far as the owner knows. */
  open: boolean;
  lastArrivalMs: number;
  readonly waiting: Frame[];
  waitingBytes: number;
}

/** A condition of the network while a fault lasts. */
export interface Weather {
  readonly kind: 'loss' | 'delay' | 'duplication' | 'reordering';
  /** A rate, or for `delay` milliseconds at most. */
  readonly amount: number;
  /** Whom alone it concerns; everyone where it is left out. */
  readonly place: number | undefined;
}

const DELAY_MS = { min: 0.2, max: 4 };

/**
 * Carries frames over links. Harsher than TCP: single frames of a link get lost, come twice or
 * overtake each other.
 */
export class SimulatedNetwork {
  readonly counters = { sent: 0, lost: 0, cut: 0, duplicated: 0, reordered: 0, overflows: 0 };
  readonly weather = new Set<Weather>();
  readonly #agenda: Agenda;
  readonly #dice: Dice;
  readonly #places: number;
  readonly #queueBytesMax: number;
  /** From × places + to: how many faults cut, or only stop, that direction. */
  readonly #cuts: Uint8Array;
  readonly #stops: Uint8Array;
  readonly #waiting = new Set<LinkEnd>();

  /** @param queueBytesMax waiting on one link; beyond, what waits is thrown away */
  constructor(agenda: Agenda, dice: Dice, places: number, queueBytesMax: number) {
    this.#agenda = agenda;
    this.#dice = dice;
    this.#places = places;
    this.#queueBytesMax = queueBytesMax;
    this.#cuts = new Uint8Array(places * places);
    this.#stops = new Uint8Array(places * places);
  }

  /** Whether anything gets from one place to the other now. */
  hears(from: number, to: number): boolean {
    const at = from * this.#places + to;
    return this.#cuts[at] === 0 && this.#stops[at] === 0;
  }

  /** What is sent meanwhile is lost. @param by +1, or −1 when the fault ends */
  cut(from: number, to: number, by: 1 | -1): void {
    change(this.#cuts, from * this.#places + to, by);
  }

  /** What is sent meanwhile waits with the sender. */
  stop(from: number, to: number, by: 1 | -1): void {
    change(this.#stops, from * this.#places + to, by);
    if (by < 0) this.drain();
  }

  roundTripMs(): number {
    return 2 * this.#dice.between(DELAY_MS.min, DELAY_MS.max);
  }

  /** @returns the ends, the first owner's first */
  link(a: LinkOwner, b: LinkOwner): readonly [LinkEnd, LinkEnd] {
    const end = (owner: LinkOwner) => ({
      owner,
      open: true,
      lastArrivalMs: 0,
      waiting: [],
      waitingBytes: 0,
    });
    const near = end(a) as unknown as LinkEnd & { other: LinkEnd };
    const far: LinkEnd = Object.assign(end(b), { other: near });
    near.other = far;
    return [near, far];
  }

  send(end: LinkEnd, frame: Frame): void {
    this.counters.sent += 1;
    if (this.#isStopped(end)) this.#wait(end, frame);
    else this.#carry(end, frame);
  }

  /** The owner lets go of it; the other side hears of that if it can. */
  close(end: LinkEnd): void {
    end.open = false;
    this.#forget(end);
    this.#reset(end);
  }

  /** Sends what waited for a stopped place or process. */
  drain(): void {
    for (const end of this.#waiting) {
      if (this.#isStopped(end)) continue;
      const frames = end.waiting.splice(0);
      this.#forget(end);
      for (const frame of frames) this.#carry(end, frame);
    }
  }

  #isStopped({ owner, other }: LinkEnd): boolean {
    const stops = this.#stops[owner.place * this.#places + other.owner.place] as number;
    return stops > 0 || other.owner.process.isFrozen;
  }

  #wait(end: LinkEnd, frame: Frame): void {
    const bytes = end.waitingBytes + frame.bytes.byteLength;
    if (bytes > this.#queueBytesMax) {
      this.counters.overflows += 1;
      this.#forget(end);
      end.owner.overflowed(end);
      return;
    }
    end.waiting.push(frame);
    end.waitingBytes = bytes;
    this.#waiting.add(end);
  }

  #forget(end: LinkEnd): void {
    end.waiting.length = 0;
    end.waitingBytes = 0;
    this.#waiting.delete(end);
  }

  #carry(end: LinkEnd, frame: Frame): void {
    const { owner, other } = end;
    if (this.#isCut(end)) {
      this.counters.cut += 1;
      return;
    }
    let delayMs = this.#dice.between(DELAY_MS.min, DELAY_MS.max);
    let overtakes = false;
    for (const { kind, amount, place } of this.weather) {
      if (place !== undefined && place !== owner.place && place !== other.owner.place) continue;
      if (kind === 'delay') delayMs += this.#dice.between(0, amount);
      else if (!this.#dice.chance(amount)) continue;
      else if (kind === 'loss') {
        this.counters.lost += 1;
        frame.onLost?.(other.owner);
        return;
      } else if (kind === 'duplication') this.#duplicate(end, frame, delayMs);
      else {
        overtakes = true;
        delayMs *= 4;
        this.counters.reordered += 1;
      }
    }
    let atMs = this.#agenda.nowMs + delayMs;
    if (!overtakes) {
      atMs = Math.max(atMs, end.lastArrivalMs);
      end.lastArrivalMs = atMs;
    }
    this.#agenda.at(atMs, () => this.#arrive(end, frame));
  }

  #duplicate(end: LinkEnd, frame: Frame, delayMs: number): void {
    this.counters.duplicated += 1;
    this.#agenda.after(delayMs * this.#dice.between(1, 8), () => this.#arrive(end, frame));
  }

  #arrive(end: LinkEnd, frame: Frame): void {
    const { other } = end;
    if (this.#isCut(end)) this.counters.cut += 1;
    else if (!other.owner.process.isAlive || !other.open) this.#reset(other);
    else
      other.owner.process.run(() => {
        if (other.open) other.owner.received(other, frame);
      });
  }

  /** The kernel at this end says that nobody is there any more. */
  #reset({ owner, other }: LinkEnd): void {
    this.#agenda.after(this.#dice.between(DELAY_MS.min, DELAY_MS.max), () => {
      if (!this.hears(owner.place, other.owner.place)) return;
      other.owner.process.run(() => {
        if (!other.open) return;
        other.open = false;
        this.#forget(other);
        other.owner.closed(other);
      });
    });
  }

  #isCut({ owner, other }: LinkEnd): boolean {
    return this.#cuts[owner.place * this.#places + other.owner.place] !== 0;
  }
}

function change(counts: Uint8Array, at: number, by: 1 | -1): void {
  counts[at] = (counts[at] as number) + by;
}
