import type { Fault, Undo } from './faults.ts';
import type { Members } from './members.ts';
import type { World } from './world/world.ts';

const LOG_KEPT_MAX = 20;
const RESTORED_MS_MAX = 10_000;
const FAILOVER_LOST_MAX = 6;
const REPLICA_LAG_MS_MAX = 8_000;

/** What happens to the database and its log, for all or for one node. */
export class DatabaseFaults {
  readonly #world: World;
  readonly #members: Members;

  constructor(world: World, members: Members) {
    this.#world = world;
    this.#members = members;
  }

  begin(fault: Fault): Undo | undefined {
    const { kind, a, b } = fault;
    const { database, oracle, domain, agenda } = this.#world;
    const scope = domain.scopes[Math.floor(b * domain.scopes.length)]?.name ?? '';
    switch (kind) {
      case 'commit-uncertain':
        return this.#leaveUnanswered(fault);
      case 'database-cut':
        return this.#cutOff(fault);
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

  #leaveUnanswered({ a }: Fault): Undo {
    const { service } = this.#members.at(a);
    service.unanswered += 1;
    return () => {
      service.unanswered -= 1;
    };
  }

  #cutOff({ a, index }: Fault): Undo {
    const { place } = this.#members.at(a);
    const { unreachable } = this.#world.database;
    unreachable.set(place, (unreachable.get(place) ?? 0) + 1);
    return () => {
      unreachable.set(place, (unreachable.get(place) ?? 0) - 1);
      this.#world.note(`#${index} place ${place} reaches the database again`);
    };
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
