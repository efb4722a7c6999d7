import type { Cache } from '@hearsay/cache';
import type { SimulatedNode } from '../node/node.ts';
import type { SimulatedDatabase } from '../world/database.ts';
import type { Domain } from '../world/domain.ts';
import { ABSENT, type Erasure, type Reign } from '../world/truth.ts';
import { isLoadedAndLost } from './reads.ts';
import type { Accuse } from './violation.ts';

export interface RestingWorld {
  readonly database: SimulatedDatabase;
  readonly domain: Domain;
  readonly accuse: Accuse;
  /** Lets everything that waits for a promise go on. */
  readonly settle: () => Promise<void>;
}

/**
 * Judges a cluster that has rested: A, that no cache holds what a committed invalidation covers; E,
 * that views agree; H, that everyone is ready; J, that everyone is coherent and has applied everything.
 *
 * @returns how many entries were loaded before the database lost them
 */
export async function judgeRest(
  nodes: readonly SimulatedNode[],
  world: RestingWorld,
): Promise<number> {
  judgeViews(nodes, world.accuse);
  let lost = 0;
  for (const node of nodes) {
    judgeCoherence(node, nodes.length, world.accuse);
    for (const { message } of node.strict.unready())
      world.accuse('H', node.name, `is not ready at rest: ${message}`);
    for (const [scope, cache] of node.caches) {
      judgeApplied(node, cache, world);
      const values = await held(cache, world);
      for (const [key, value] of values)
        if (!isRight(node, nodes, scope, key, value, world)) lost += 1;
    }
  }
  return lost;
}

function judgeViews(nodes: readonly SimulatedNode[], accuse: Accuse): void {
  const hash = nodes[0]?.mesh.machine.viewHash();
  for (const node of nodes)
    if (node.mesh.machine.viewHash() !== hash)
      accuse('E', node.name, `has another view than ${nodes[0]?.name}`);
}

function judgeCoherence(node: SimulatedNode, count: number, accuse: Accuse): void {
  const { coherence } = node.mesh.machine;
  if (coherence !== 'coherent' && count > 1)
    accuse('J', node.name, `is ${coherence} after the faults have ended`);
}

function judgeApplied(node: SimulatedNode, { scope }: Cache<number>, world: RestingWorld): void {
  const applied = node.freshness.machine.status(scope, 0)?.appliedThrough;
  const head = world.database.log.headOf(scope);
  if (node.follows && applied !== head)
    world.accuse('J', node.name, `${scope} is applied through ${applied} of ${head} at rest`);
}

/** @returns what memory holds of each key, absence included */
async function held(
  cache: Cache<number>,
  { domain, settle }: RestingWorld,
): Promise<Map<number, number>> {
  const values = new Map<number, number>();
  const asked = new Set<string>();
  const loader = ({ key }: { readonly key: string }) => {
    asked.add(key);
    return undefined;
  };
  for (const [key, name] of domain.keys.entries()) {
    const value = cache.get(name);
    if (value !== undefined) values.set(key, value);
    else
      cache.getOrLoad(name, loader).then(
        (found) => {
          if (found === undefined && !asked.has(name)) values.set(key, ABSENT);
        },
        () => {},
      );
  }
  await settle();
  return values;
}

/** @returns `false` for a value that the database has lost and nothing could have told of */
function isRight(
  node: SimulatedNode,
  nodes: readonly SimulatedNode[],
  scope: number,
  key: number,
  value: number,
  { database, domain, accuse }: RestingWorld,
): boolean {
  const current = database.truth.current(scope, key);
  if (value === current.value) return true;
  const reign = database.truth.reignOf(scope, key, value);
  if (reign && isLoadedAndLost({ node }, reign)) return false;
  if (reign && isExcused(node, nodes, reign)) return true;
  const name = `${domain.scopes[scope]?.name}/${domain.keys[key]}`;
  const by = reign?.endedBy ? ` since invalidation ${reign.endedBy.serial}` : '';
  accuse('A', node.name, `holds ${name} = ${value} at rest; committed is ${current.value}${by}`);
  return true;
}

/** Only the TTL is promised for what was never announced, or never by anyone who is still there. */
function isExcused(
  node: SimulatedNode,
  nodes: readonly SimulatedNode[],
  { begunBy, endedBy }: Reign,
): boolean {
  // The database took it back, and this process does not follow the log that says so.
  if (!endedBy) return !node.follows && begunBy?.commit.lost === true;
  if (endedBy.commit.logged && node.follows) return false;
  if (node.applied.has(endedBy.serial)) return false;
  if (!isHeld(endedBy, nodes)) return true;
  // A hint that is lost is not made good by a read of the log.
  return node.follows && node.lastGapMs >= endedBy.commit.atMs;
}

/** Whether the event is with anyone from whom it could have been repaired. */
function isHeld({ serial }: Erasure, nodes: readonly SimulatedNode[]): boolean {
  return nodes.some((other) => other.applied.holds(serial));
}
