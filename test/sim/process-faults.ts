import type { Fault, Undo } from './faults.ts';
import type { Members } from './members.ts';
import type { SimulatedNode } from './node/node.ts';
import type { World } from './world/world.ts';

/** Small limits are exceeded several times over, real ones are not reached: frames would be all there is. */
const FLOOD = { min: 60, max: 700 };
const WALL_JUMP_MS = 20_000;
const LAG = { stallMs: [60, 450], runMs: [10, 120] } as const;

/** What happens to one process: it stands still, ends, joins, has its clock set, is given too much to do. */
export class ProcessFaults {
  readonly #world: World;
  readonly #members: Members;

  constructor(world: World, members: Members) {
    this.#world = world;
    this.#members = members;
  }

  begin(fault: Fault): Undo | undefined {
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
      case 'wall-jump':
        this.#world.oracle.departures.caused('clock-jump', node.name);
        node.process.clock.jumpWall((fault.b - 0.5) * 2 * WALL_JUMP_MS);
        return undefined;
      case 'flood':
        node.process.run(() =>
          node.service.flood(Math.round(FLOOD.min + fault.b * (FLOOD.max - FLOOD.min))),
        );
        return undefined;
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
}
