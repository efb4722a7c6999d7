import type { EventData, EventType } from '../shapes/events.js';

/** One event on its way to subscribers. */
export interface RingEntry {
  readonly number: number;
  readonly type: EventType;
  /** `undefined` for what concerns every subscriber. */
  readonly scope: string | undefined;
  /** As it stands in the stream. */
  readonly text: () => string;
}

/**
 * The newest events, numbered from 1. One ring serves all subscribers: each is a place in it, so that
 * a slow one takes no memory of its own.
 */
export class EventRing {
  readonly #epoch: string;
  readonly #size: number;
  readonly #entries: RingEntry[] = [];
  #head = 0;

  /** @param epoch of the node: numbers of another life mean nothing here */
  constructor(epoch: string, size: number) {
    this.#epoch = epoch;
    this.#size = size;
  }

  /** The number of the newest event; 0 before the first. */
  get head(): number {
    return this.#head;
  }

  push<Type extends EventType>(type: Type, scope: string | undefined, data: EventData<Type>): void {
    const number = ++this.#head;
    let text: string | undefined;
    // Most events are never asked for as text by anybody.
    const write = (): string => {
      text ??= eventText(this.idOf(number), type, data);
      return text;
    };
    this.#entries[number % this.#size] = { number, type, scope, text: write };
  }

  /** @returns `undefined` for what is forgotten or has not happened yet */
  at(number: number): RingEntry | undefined {
    const entry = this.#entries[number % this.#size];
    return entry?.number === number ? entry : undefined;
  }

  /** Whether nothing after this number is forgotten. */
  holdsAllAfter(number: number): boolean {
    return number <= this.#head && number >= this.#head - this.#size;
  }

  idOf(number: number): string {
    return `${this.#epoch}-${number}`;
  }

  /** @returns the number in an id of this node's life; `undefined` for any other text */
  numberOf(id: string): number | undefined {
    const digits = id.startsWith(`${this.#epoch}-`) ? id.slice(this.#epoch.length + 1) : '';
    return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
  }
}

/** JSON has no line breaks, so that one `data` line holds it. */
export function eventText<Type extends EventType>(
  id: string,
  type: Type,
  data: EventData<Type>,
): string {
  return `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
}
