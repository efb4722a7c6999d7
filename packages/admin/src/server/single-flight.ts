/** Callers that come while one is being made share it: what asks all members is asked once. */
export class SingleFlight<Value> {
  readonly #make: () => Promise<Value>;
  #flight: Promise<Value> | undefined;

  constructor(make: () => Promise<Value>) {
    this.#make = make;
  }

  get(): Promise<Value> {
    this.#flight ??= this.#make().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }
}
