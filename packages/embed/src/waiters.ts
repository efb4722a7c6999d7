/** Readers that wait until something holds: each is told once, `true` when it does or `false` when it cannot. */
export class Waiters {
  readonly #waiting = new Set<{
    readonly holds: () => boolean;
    readonly tell: (held: boolean) => void;
  }>();

  /** @param timeoutMs after which the answer is what `holds` says then */
  wait(holds: () => boolean, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = {
        holds,
        tell: (held: boolean) => {
          clearTimeout(timer);
          this.#waiting.delete(waiter);
          resolve(held);
        },
      };
      const timer = setTimeout(() => waiter.tell(holds()), timeoutMs);
      this.#waiting.add(waiter);
    });
  }

  /** Something changed: those whose condition holds now are told. */
  changed(): void {
    for (const waiter of this.#waiting) if (waiter.holds()) waiter.tell(true);
  }

  /** Nothing will change any more in time: everyone else is told that it does not hold. */
  fail(): void {
    for (const waiter of this.#waiting) waiter.tell(waiter.holds());
  }
}
