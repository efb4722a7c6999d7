/** The kinds of messages, in the order of their numbers. */
export const KINDS = [
  'event',
  'gossip',
  'ihave',
  'iwant',
  'ping',
  'ack',
  'ping-request',
  'ping-result',
  'vector',
  'sketch',
  'sketch-request',
  'difference',
  'pull',
  'answer',
  'missing',
] as const;

export type Kind = (typeof KINDS)[number];

export interface KindTraffic {
  readonly messages: number;
  readonly bytes: number;
}

/** What was sent, by kind; and what became of it. Sent is delivered, lost or in flight. */
export class Traffic {
  readonly #messages = new Float64Array(KINDS.length);
  readonly #bytes = new Float64Array(KINDS.length);
  sent = 0;
  delivered = 0;
  lost = 0;

  add(kind: number, bytes: number): void {
    this.sent++;
    this.#messages[kind] = (this.#messages[kind] as number) + 1;
    this.#bytes[kind] = (this.#bytes[kind] as number) + bytes;
  }

  of(kind: Kind): KindTraffic {
    const at = KINDS.indexOf(kind);
    return { messages: this.#messages[at] as number, bytes: this.#bytes[at] as number };
  }

  /** Begins anew what was sent by kind, as after a warm-up. */
  resetKinds(): void {
    this.#messages.fill(0);
    this.#bytes.fill(0);
  }
}
