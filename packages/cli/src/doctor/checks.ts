import type {
  FaultsReply,
  KeysReply,
  LagReply,
  LogCheckReply,
  MembersReply,
  ReachabilityReply,
  StatusReply,
} from '@hearsay/admin';
import { reasonsText } from '../commands/status.js';
import { missingMembers } from '../missing-members.js';
import { duration } from '../units.js';
import { type Checked, checked, listed } from './finding.js';

const LOOP_DELAY_MS_MAX = 250;
const NODE_MAJOR_MIN = 22;
const NODE_MINOR_MIN = 13;

export function processChecks({ process, counters }: StatusReply): Checked[] {
  const [major = 0, minor = 0] = process.nodeVersion.split('.').map(Number);
  const { p99, max } = process.eventLoopDelayMs;
  const jumps = counters['resetsByClockJump'] ?? 0;
  return [
    checked('Node version', {
      isWell: major > NODE_MAJOR_MIN || (major === NODE_MAJOR_MIN && minor >= NODE_MINOR_MIN),
      detail: process.nodeVersion,
      fix: `run it on Node ${NODE_MAJOR_MIN}.${NODE_MINOR_MIN} or newer`,
    }),
    checked('event loop', {
      isWell: p99 <= LOOP_DELAY_MS_MAX,
      detail: `delayed p99 ${duration(p99)}, at most ${duration(max)}`,
      otherwise: 'warning',
      fix: 'something in this process blocks the event loop: profile it with node --cpu-prof',
    }),
    checked('clock', {
      isWell: jumps === 0,
      detail: jumps === 0 ? 'no jump' : `jumps have reset scopes ${jumps} times`,
      otherwise: 'warning',
      fix: 'let NTP slew the clock, not step it; suspend no machine with a node on it',
    }),
  ];
}

/** What the nodes run with, as far as it must fit together. */
export function configurationChecks(
  { logId, logReachable, scopes }: StatusReply,
  { nodes }: LagReply,
): Checked[] {
  const foreign = nodes.filter((node) => node.outcome === 'answered' && node.logId !== logId);
  const isLogged = logReachable !== null || logId !== null;
  return [
    checked('has a version log', {
      isWell: isLogged,
      detail: isLogged ? (logId ?? 'not read yet') : 'none',
      otherwise: 'warning',
      fix: 'give the option log: without it invalidations are hints, and nothing is proven',
    }),
    checked('members have the same log', {
      isWell: foreign.length === 0,
      detail: listed(foreign, 'all'),
      fix: 'these read another log: point all nodes of a service at one database and table prefix',
    }),
    checked('follows scopes', {
      isWell: scopes.length > 0,
      detail: scopes.map(({ scope }) => scope).join(', ') || 'none',
      otherwise: 'warning',
      fix: 'open a cache, or name scopes in admin.scopes (--scopes of hearsay node)',
    }),
  ];
}

export function keyChecks({ keys }: KeysReply, status: StatusReply): Checked[] {
  const refused = refusals(status, 'Key');
  const primary = keys.find((key) => key.primary)?.fingerprint;
  return [
    checked('one key is in use', {
      isWell: keys.length <= 1,
      detail: primary ?? 'no key: this machine only',
      otherwise: 'warning',
      fix: 'once all members use the new key, remove the old one: hearsay keys remove',
    }),
    checked('nobody holds another key', {
      isWell: refused === 0,
      detail: refused === 0 ? 'nobody' : `refused ${refused} times`,
      otherwise: 'warning',
      fix: 'compare hearsay keys on this node and on those it refuses: its log has their addresses',
    }),
  ];
}

export function listenChecks({ listening }: StatusReply): Checked[] {
  return [
    checked('listens', {
      isWell: listening.length > 0,
      detail: listening.join(', ') || 'nowhere',
      otherwise: 'warning',
      fix: 'set mesh.listen, unless others need not dial this node',
    }),
  ];
}

export function memberChecks({ members }: MembersReply, status: StatusReply): Checked[] {
  const alive = members.filter(({ state }) => state === 'alive');
  const ill = members.filter(({ state }) => state === 'suspect');
  const dead = missingMembers(members).filter(({ state }) => state === 'dead');
  const unlinked = alive.filter(({ self, link }) => !self && !link);
  const { coherence } = status;
  const doubles = refusals(status, 'Name');
  return [
    checked('hears the others', {
      isWell: coherence === 'coherent' || coherence === 'alone',
      detail: coherence,
      fix: 'hearsay members shows whom it has lost, hearsay reachability which way is cut',
    }),
    checked('nobody is suspected', {
      isWell: ill.length === 0,
      detail: listed(ill, 'nobody'),
      otherwise: 'warning',
      fix: 'look at these nodes: stalled, overloaded or cut off?',
    }),
    checked('nobody is dead', {
      isWell: dead.length === 0,
      detail: listed(dead, 'nobody'),
      otherwise: 'warning',
      fix: 'see why these ended, and start them again; one that shall not return should leave: SIGTERM',
    }),
    checked('linked to all that live', {
      isWell: unlinked.length === 0,
      detail: listed(unlinked, `${Math.max(0, alive.length - 1)} links`),
      fix: 'their announced addresses must be dialable from here: mesh.announce, firewall, NAT',
    }),
    checked('names are unique', {
      isWell: doubles === 0,
      detail: doubles === 0 ? 'all' : `refused ${doubles} times`,
      otherwise: 'warning',
      fix: 'two processes have one name: give each node a name of its own',
    }),
  ];
}

export function reachabilityChecks({ nodes }: ReachabilityReply): Checked[] {
  const silent = nodes.filter(({ outcome }) => outcome !== 'answered');
  const cuts = nodes
    .filter(({ outcome }) => outcome === 'answered')
    .flatMap(({ node, reaches }) =>
      nodes
        .filter((to) => to.node !== node && !isReached(reaches, to.node))
        .map((to) => `${node} → ${to.node}`),
    );
  return [
    checked('all members answer', {
      isWell: silent.length === 0,
      detail: listed(silent, `${nodes.length} of ${nodes.length}`),
      fix: 'see whether these run, and have the option admin: hearsay members --detailed',
    }),
    checked('both ways', {
      isWell: cuts.length === 0,
      detail: cuts.join(', ') || 'all pairs',
      fix: 'open the mesh port in both directions between these nodes',
    }),
  ];
}

function isReached(reaches: ReachabilityReply['nodes'][number]['reaches'], node: string): boolean {
  return reaches.some((reach) => reach.node === node && reach.reachable);
}

export function protocolChecks(status: StatusReply): Checked[] {
  const refused = refusals(status, 'Version');
  const versions = new Map<number, string[]>();
  for (const { node, protocolVersion } of status.links)
    if (protocolVersion !== null)
      versions.set(protocolVersion, [...(versions.get(protocolVersion) ?? []), node]);
  const oldest = Math.min(...versions.keys());
  const shown = [...versions.keys()].toSorted((a, b) => a - b).join(', ');
  return [
    checked('one version on all links', {
      isWell: versions.size <= 1,
      detail: versions.size > 1 ? `${shown}: ${versions.get(oldest)}` : shown || 'no link',
      otherwise: 'warning',
      fix: 'upgrade the nodes that are named: what they do not know waits for them',
    }),
    checked('nobody is too old or too new', {
      isWell: refused === 0,
      detail: refused === 0 ? 'nobody' : `refused ${refused} times`,
      fix: 'a release without a version in common tries to join: upgrade the older one',
    }),
  ];
}

export function logChecks(
  { ready, reasons, logReachable, logFailure }: StatusReply,
  { writable, failure }: LogCheckReply,
  { nodes }: LagReply,
): Checked[] {
  const unready = reasonsText(reasons);
  const late = nodes.flatMap(({ node, scopes }) =>
    scopes
      .filter(({ behind }) => (behind ?? 0) > 0)
      .map(({ scope, behind }) => `${node} ${scope} by ${behind}`),
  );
  const cutOff = nodes.filter((node) => node.logReachable === false);
  return [
    checked('can be read', {
      isWell: logReachable !== false,
      detail: logReachable === null ? 'no log' : (logFailure ?? 'yes'),
      fix: 'see that the database runs, and that address, user and right to SELECT are right',
    }),
    checked('can be read by all members', {
      isWell: cutOff.length === 0,
      detail: listed(cutOff, 'all'),
      fix: 'run hearsay doctor on these: it says why',
    }),
    checked('can be written', {
      isWell: writable !== false,
      detail: writable === null ? 'not tried' : (failure ?? 'yes'),
      fix:
        logReachable === false
          ? 'see that it can be read first'
          : 'grant SELECT, INSERT, UPDATE and DELETE on its tables, or connect to the primary',
    }),
    checked('nobody is behind', {
      isWell: late.length === 0,
      detail: late.join(', ') || 'nobody',
      otherwise: 'warning',
      fix: 'ask again: hearsay lag; if it stays, see whether that node reaches the database',
    }),
    checked('bounds and rights hold', {
      isWell: ready,
      detail: unready || 'yes',
      fix: 'hearsay scopes shows their proofs; until then the node is not ready',
    }),
  ];
}

export function gapChecks({ transportCounters }: StatusReply, { faults }: FaultsReply): Checked[] {
  const { gaps = 0, sendQueueOverflows = 0 } = transportCounters;
  return [
    checked('gaps since the start', {
      isWell: gaps === 0,
      detail: gaps === 0 ? 'none' : `${gaps}: the log was read, or scopes were reset`,
      otherwise: 'warning',
      fix: 'look for partitions longer than the journal reaches back; nothing stays stale by it',
    }),
    checked('everyone keeps up', {
      isWell: sendQueueOverflows === 0,
      detail: sendQueueOverflows === 0 ? 'yes' : `queues overflowed ${sendQueueOverflows} times`,
      otherwise: 'warning',
      fix: 'a member reads slower than this one sends: hearsay members --detailed shows QUEUE',
    }),
    checked('faults of the last hour', {
      isWell: faults.length === 0,
      detail: faults[0] ? `${faults.length}, the newest: ${faults[0].text}` : 'none',
      otherwise: 'warning',
      fix: 'hearsay top shows the newest, hearsay debug all of them',
    }),
  ];
}

function refusals({ transportCounters }: StatusReply, reason: string): number {
  return transportCounters[`admissionsRefused${reason}`] ?? 0;
}
