/** A place for one dial. Given back once, however often it is asked to. */
export type GiveBack = () => void;

/**
 * Lets so many dials work at the same time; the others wait, in order. Handshakes cost both sides a
 * processor, not the network: more at once only make each take longer, until all of them are given up.
 */
export class DialPlaces {
  readonly #max: number;
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(max: number) {
    this.#max = max;
  }

  async take(): Promise<GiveBack> {
    if (this.#taken >= this.#max)
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    else this.#taken++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#giveBack();
      isHeld = false;
    };
  }

  /** Whoever has waited for longest takes it over. */
  #giveBack(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#taken--;
  }
}
