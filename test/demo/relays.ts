import { TcpRelay } from '@hearsay/testkit';

/** One relay for every ordered pair of nodes: the only way from one to the other. */
export class Relays {
  readonly #relays: readonly (readonly (TcpRelay | undefined)[])[];

  private constructor(relays: readonly (readonly (TcpRelay | undefined)[])[]) {
    this.#relays = relays;
  }

  static async between(nodes: number): Promise<Relays> {
    const indexes = Array.from({ length: nodes }, (_, index) => index);
    const relays = await Promise.all(
      indexes.map((from) =>
        Promise.all(indexes.map((to) => (from === to ? undefined : TcpRelay.listen()))),
      ),
    );
    return new Relays(relays);
  }

  /** @returns where `from` reaches each other node */
  peersOf(from: number): string[] {
    return (this.#relays[from] ?? []).flatMap((relay) => (relay ? `127.0.0.1:${relay.port}` : []));
  }

  /** @param port where `node` listens; `undefined` while it is down */
  setTarget(node: number, port: number | undefined): void {
    for (const relay of this.#towards(node)) relay.setTarget(port);
  }

  /** Nothing passes to or from `node` any more, and nothing is closed. */
  cut(node: number): void {
    for (const relay of this.#around(node)) relay.cut();
  }

  heal(node: number): void {
    for (const relay of this.#around(node)) relay.heal();
  }

  async close(): Promise<void> {
    await Promise.all(this.#relays.flat().map((relay) => relay?.close()));
  }

  #around(node: number): TcpRelay[] {
    const from = (this.#relays[node] ?? []).filter((relay) => relay !== undefined);
    return [...from, ...this.#towards(node)];
  }

  #towards(node: number): TcpRelay[] {
    return this.#relays.flatMap((row) => row[node] ?? []);
  }
}
