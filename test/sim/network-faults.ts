import type { Fault, Undo } from './faults.ts';
import type { Members } from './members.ts';
import type { Weather } from './world/network.ts';
import type { World } from './world/world.ts';

/** One in so many cuts lets what is sent wait instead of losing it. */
const WAITING_SHARE = 0.3;

/** Bad weather for frames, and directions in which none gets through. */
export class NetworkFaults {
  readonly #world: World;
  readonly #members: Members;

  constructor(world: World, members: Members) {
    this.#world = world;
    this.#members = members;
  }

  weather(kind: Weather['kind'], { a, b }: Fault): Undo {
    const amounts = { loss: a * 0.5, delay: 20 + a * 600, duplication: a, reordering: a };
    const place = b < 0.3 ? this.#members.at(a).place : undefined;
    const weather = { kind, amount: amounts[kind], place };
    const { network, measures } = this.#world;
    const most = (of: Weather['kind']) =>
      Math.max(
        0,
        ...[...network.weather].filter((one) => one.kind === of).map((one) => one.amount),
      );
    const settle = () => measures.weather({ lossRate: most('loss'), delayMs: most('delay') });
    network.weather.add(weather);
    settle();
    return () => {
      network.weather.delete(weather);
      settle();
    };
  }

  cut(fault: Fault): Undo {
    const pairs = this.#pairsOf(fault);
    const { network, measures } = this.#world;
    const waits = fault.kind === 'stalled-link' || fault.b < WAITING_SHARE;
    const places = new Set(pairs.flat());
    const change = (by: 1 | -1) => {
      for (const [from, to] of pairs)
        if (waits) network.stop(from, to, by);
        else network.cut(from, to, by);
      for (const place of places) measures.disturbs(place, by);
    };
    change(1);
    return () => change(-1);
  }

  /** @returns the directions that the fault cuts or stops */
  #pairsOf({ kind, a, b }: Fault): (readonly [number, number])[] {
    const all = this.#members.places();
    const first = all[Math.floor(a * all.length)] as number;
    const second = all[Math.floor(b * all.length)] as number;
    const side = all.filter((place) => place < Math.max(1, first));
    switch (kind) {
      case 'cut-pair':
        return between([first], [second]);
      case 'isolate':
        return between([first], all);
      case 'split':
        return between(
          side,
          all.filter((place) => !side.includes(place)),
        );
      default:
        return first === second ? [] : [[first, second]];
    }
  }
}

function between(some: readonly number[], others: readonly number[]): [number, number][] {
  return some.flatMap((a) =>
    others.flatMap((b): [number, number][] =>
      a === b
        ? []
        : [
            [a, b],
            [b, a],
          ],
    ),
  );
}
