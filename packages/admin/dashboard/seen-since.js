/** Tells for how long something has been so, by the pictures that showed it one after the other. */
export class SeenSince {
  /** @type {Map<string, number>} */
  #since = new Map();

  /** @param {Iterable<string>} keys all that is so now; of the rest is forgotten that it was @param {number} nowMs */
  note(keys, nowMs) {
    this.#since = new Map([...keys].map((key) => [key, this.#since.get(key) ?? nowMs]));
  }

  /** @param {string} key @param {number} nowMs @returns 0 for what is not so */
  forMs(key, nowMs) {
    return nowMs - (this.#since.get(key) ?? nowMs);
  }
}
