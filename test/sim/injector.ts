import type { Fault } from './faults.ts';
import type { Members } from './members.ts';
import type { SimulatedNode } from './node/node.ts';
import type { Weather } from './world/network.ts';
import type { World } from './world/world.ts';

const LOG_KEPT_MAX = 20;
const RESTORED_MS_MAX = 10_000;
const FAILOVER_LOST_MAX = 6;
const REPLICA_LAG_MS_MAX = 8_000;
/** Small limits are exceeded several times over, real ones are not reached: frames would be all there is. */
const FLOOD = { min: 60, max: 700 };
const WALL_JUMP_MS = 20_000;
const LAG = { stallMs: [60, 450], runMs: [10, 120] } as const;
/** One in so many cuts lets what is sent wait instead of losing it. */
const WAITING_SHARE = 0.3;

type Undo = () => void;

/** Makes faults happen, and undoes each when its time is over. */
export class Injector {
  readonly #world: World;
  readonly #members: Members;
  readonly #lasting = new Set<Undo>();
  readonly counts: Partial<Record<Fault['kind'], number>> = {};

  constructor(world: World, members: Members) {
    this.#world = world;
    this.#members = members;
  }

  begin(fault: Fault): void {
    const { kind, forMs, index } = fault;
    this.counts[kind] = (this.counts[kind] ?? 0) + 1;
    this.#world.note(`#${index} ${kind} ${describe(fault)} for ${forMs.toFixed(0)} ms`);
    const undo = this.#apply(fault);
    if (!undo) return;
    const once = () => {
      if (!this.#lasting.delete(once)) return;
      undo();
      this.#world.note(`#${index} ${kind} ends`);
    };
    this.#lasting.add(once);
    this.#world.agenda.after(forMs, once);
  }

  /** Every fault is over. */
  endAll(): void {
    for (const undo of this.#lasting) undo();
    this.#lasting.clear();
  }

  #apply(fault: Fault): Undo | undefined {
    switch (fault.kind) {
      case 'loss':
      case 'delay':
      case 'duplication':
      case 'reordering':
        return this.#weather(fault.kind, fault);
      case 'cut-pair':
      case 'cut-one-way':
      case 'isolate':
      case 'split':
      case 'stalled-link':
        return this.#cut(fault);
      case 'freeze':
      case 'suspend':
      case 'lag':
      case 'crash':
      case 'crash-after-commit':
      case 'replaced-while-frozen':
      case 'leave':
      case 'join':
        return this.#process(fault);
      case 'wall-jump':
      case 'flood':
      case 'commit-uncertain':
      case 'database-cut':
        return this.#atNode(fault);
      default:
        return this.#database(fault);
    }
  }

  #weather(kind: Weather['kind'], { a, b }: Fault): Undo {
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

  #cut(fault: Fault): Undo {
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

  #process(fault: Fault): Undo | undefined {
    const node = this.#members.at(fault.a);
    switch (fault.kind) {
      case 'freeze':
        return this.#freeze(node, () => {});
      case 'suspend':
        return this.#suspend(node);
      case 'lag':
        return this.#lag(node);
      case 'crash':
        return this.#down(node, () => node.kill());
      case 'crash-after-commit':
        return this.#down(node, () => node.commitAndDie());
      case 'leave':
        return this.#down(node, () => this.#members.leave(node));
      case 'replaced-while-frozen':
        return this.#replace(node);
      default:
        this.#members.join();
        return undefined;
    }
  }

  #freeze(node: SimulatedNode, onThaw: () => void): Undo | undefined {
    if (!node.process.isRunning) return undefined;
    node.process.freeze();
    this.#world.measures.disturbs(node.place, 1);
    return () => {
      this.#world.measures.disturbs(node.place, -1);
      if (!node.process.isFrozen) return;
      onThaw();
      node.troubledMs = this.#world.agenda.nowMs;
      node.thawedMs = this.#world.agenda.nowMs;
      node.process.thaw();
      this.#world.network.drain();
    };
  }

  /** As a virtual machine: when it goes on, its monotonic clock has missed the time. */
  #suspend(node: SimulatedNode): Undo | undefined {
    const sinceMs = this.#world.agenda.nowMs;
    return this.#freeze(node, () => {
      this.#world.oracle.departures.caused('clock-jump', node.name);
      node.wasSuspended(this.#world.agenda.nowMs - sinceMs);
    });
  }

  /** An event loop that is busy all the time: many short stalls. */
  #lag(node: SimulatedNode): Undo {
    const { agenda } = this.#world;
    let goesOn = true;
    let thaw: Undo | undefined;
    const stall = () => {
      if (!goesOn) return;
      thaw = this.#freeze(node, () => {});
      agenda.after(this.#members.dice.between(...LAG.stallMs), () => {
        thaw?.();
        thaw = undefined;
        agenda.after(this.#members.dice.between(...LAG.runMs), stall);
      });
    };
    stall();
    return () => {
      goesOn = false;
      thaw?.();
      thaw = undefined;
    };
  }

  /** Gone, and started anew when the fault is over. */
  #down(node: SimulatedNode, end: () => void): Undo | undefined {
    if (!node.process.isRunning) return undefined;
    this.#world.measures.disturbs(node.place, 1);
    end();
    return () => {
      this.#world.measures.disturbs(node.place, -1);
      this.#members.restart(node.place);
    };
  }

  /** Somebody takes a frozen process for dead and starts another of its name; then it goes on. */
  #replace(node: SimulatedNode): Undo | undefined {
    const thaw = this.#freeze(node, () => {});
    if (!thaw) return undefined;
    this.#members.replace(node);
    return () => {
      thaw();
      this.#world.agenda.after(this.#members.dice.between(0, 4_000), () =>
        this.#members.retire(node),
      );
    };
  }

  #atNode({ kind, a, b, index }: Fault): Undo | undefined {
    const node = this.#members.at(a);
    const { oracle, database } = this.#world;
    if (kind === 'wall-jump') {
      oracle.departures.caused('clock-jump', node.name);
      node.process.clock.jumpWall((b - 0.5) * 2 * WALL_JUMP_MS);
      return undefined;
    }
    if (kind === 'flood') {
      node.process.run(() =>
        node.service.flood(Math.round(FLOOD.min + b * (FLOOD.max - FLOOD.min))),
      );
      return undefined;
    }
    if (kind === 'commit-uncertain') {
      node.service.unanswered += 1;
      return () => {
        node.service.unanswered -= 1;
      };
    }
    const { place } = node;
    const { unreachable } = database;
    unreachable.set(place, (unreachable.get(place) ?? 0) + 1);
    return () => {
      unreachable.set(place, (unreachable.get(place) ?? 0) - 1);
      this.#world.note(`#${index} place ${place} reaches the database again`);
    };
  }

  #database({ kind, a, b }: Fault): Undo | undefined {
    const { database, oracle, domain, agenda } = this.#world;
    const scope = domain.scopes[Math.floor(b * domain.scopes.length)]?.name ?? '';
    switch (kind) {
      case 'database-down':
        database.down += 1;
        return () => {
          database.down -= 1;
        };
      case 'standby':
        database.standby += 1;
        return () => {
          database.standby -= 1;
        };
      case 'replica-lag':
        return this.#lagBehind(200 + a * REPLICA_LAG_MS_MAX);
      case 'database-slow':
        return this.#slow(100 + a * 2_500);
      case 'failover':
        this.#revert(1 + Math.floor(a * FAILOVER_LOST_MAX));
        return undefined;
      case 'restore':
        database.log.unprune();
        this.#revert(database.commitsSince(agenda.nowMs - a * RESTORED_MS_MAX));
        return undefined;
      case 'log-replaced':
        this.#replaceLog();
        return undefined;
      case 'prune':
        oracle.departures.caused('below-floor', scope);
        database.log.prune(scope as never, Math.floor(a * LOG_KEPT_MAX));
        return undefined;
      default:
        oracle.departures.caused('rows-lost', scope);
        database.log.deleteRows(scope as never, Math.floor(a * LOG_KEPT_MAX));
        return undefined;
    }
  }

  /** Loaders read a replica for a while. */
  #lagBehind(ms: number): Undo {
    const { database } = this.#world;
    database.replicaLagMs += ms;
    return () => {
      database.replicaLagMs -= ms;
    };
  }

  #slow(ms: number): Undo {
    const { database } = this.#world;
    database.slowMs += ms;
    return () => {
      database.slowMs -= ms;
    };
  }

  /** Numbers come again at once: others write before anyone has polled (rule L1). */
  #revert(count: number): void {
    const { database, oracle, domain } = this.#world;
    const lost = database.revert(count);
    oracle.reverted();
    for (const { name } of domain.scopes) oracle.departures.caused('chain-broken', name);
    if (this.#members.dice.chance(0.5))
      for (let i = 0; i <= lost; i++) {
        const { process, service } = this.#members.at(this.#members.dice.next());
        process.run(() => service.write());
      }
  }

  #replaceLog(): void {
    const { database, oracle, domain } = this.#world;
    database.replaceLog();
    oracle.reverted();
    for (const { name } of domain.scopes) {
      oracle.departures.caused('log-changed', name);
      oracle.departures.caused('chain-broken', name);
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

function describe({ a, b }: Fault): string {
  return `(${a.toFixed(2)}, ${b.toFixed(2)})`;
}
