/** After a disturbance: a poll that it held up has to end, and connections have to be made again. */
const AFTER_US = 5_000_000;

interface Disturbance {
  /** `undefined`: everybody. */
  readonly node: string | undefined;
  readonly beganUs: number;
  endedUs: number;
}

/** When nodes could not reach the log, or did not run: then, and shortly after, reads may be refused. */
export class Disturbances {
  readonly #all: Disturbance[] = [];

  /**
   * @param node by name; `undefined` for everybody
   * @returns what is to be called when it is over
   */
  begin(node: string | undefined, beganUs: number): (endedUs: number) => void {
    const disturbance = { node, beganUs, endedUs: Number.POSITIVE_INFINITY };
    this.#all.push(disturbance);
    return (endedUs) => {
      disturbance.endedUs = endedUs;
    };
  }

  /** @returns whether one explains that a read of this node, under way from and to, was refused */
  explain(node: string, invokedUs: number, respondedUs: number): boolean {
    return this.#all.some(
      (each) =>
        (each.node === undefined || each.node === node) &&
        each.beganUs <= respondedUs &&
        invokedUs <= each.endedUs + AFTER_US,
    );
  }
}
