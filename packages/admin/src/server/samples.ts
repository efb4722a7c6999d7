import type { ScopeStatus } from '@hearsay/spi';
import { behindOf } from '../node-view.js';
import type { AdminNode } from '../port.js';
import type { ProcessView } from '../shapes/status.js';

/** A metric as Prometheus' conventions name it, read at this moment. */
export interface Sample {
  readonly kind: 'gauge' | 'counter';
  readonly name: string;
  readonly help: string;
  /** The label's name; all values share it. */
  readonly label: string | undefined;
  readonly values: readonly (readonly [label: string, value: number])[];
}

export interface StreamFigures {
  readonly size: number;
  readonly counters: {
    readonly refused: number;
    readonly overtaken: number;
    readonly blocked: number;
  };
}

const COHERENCES = ['coherent', 'catching-up', 'isolated', 'alone', 'dark'] as const;
const STATES = ['alive', 'suspect', 'dead', 'left'] as const;

export function samplesOf(node: AdminNode, process: ProcessView, stream: StreamFigures): Sample[] {
  return [
    ...nodeSamples(node),
    ...scopeSamples(node.state().scopes),
    ...memberSamples(node),
    ...streamSamples(stream),
    ...processSamples(process),
  ];
}

function nodeSamples(node: AdminNode): Sample[] {
  const { coherence, readiness, logReachable, counters, transport } = node.state();
  return [
    one('gauge', 'hearsay_ready', 'Whether this node is ready.', Number(readiness.ready)),
    {
      kind: 'gauge',
      name: 'hearsay_coherence',
      help: 'The state that this node is in is 1, all others are 0.',
      label: 'state',
      values: COHERENCES.map((state) => [state, Number(state === coherence)]),
    },
    ...(logReachable === undefined
      ? []
      : [
          one(
            'gauge',
            'hearsay_log_reachable',
            'Whether the newest poll of the log was answered.',
            Number(logReachable),
          ),
        ]),
    ...Object.entries(counters).map(([name, value]) =>
      one('counter', `hearsay_${snake(name)}_total`, `Counter ${name} of the node.`, value),
    ),
    ...Object.entries(transport?.counters ?? {}).map(([name, value]) =>
      one(
        'counter',
        `hearsay_transport_${snake(name)}_total`,
        `Counter ${name} of the transport.`,
        value,
      ),
    ),
  ];
}

function scopeSamples(scopes: readonly ScopeStatus[]): Sample[] {
  const gauge = (
    name: string,
    help: string,
    of: (scope: ScopeStatus) => number | null | undefined,
  ): Sample => ({
    kind: 'gauge',
    name: `hearsay_scope_${name}`,
    help,
    label: 'scope',
    values: scopes.flatMap((scope) => {
      const value = of(scope);
      return typeof value === 'number' ? [[scope.scope, value] as const] : [];
    }),
  });
  return [
    gauge(
      'applied_through',
      'All versions up to this one are applied here.',
      (scope) => scope.appliedThrough,
    ),
    gauge('log_version', 'The newest version that a poll has shown.', (scope) => scope.logVersion),
    gauge('behind', 'Versions in the log that are not applied here.', (scope) =>
      behindOf(scope.appliedThrough, scope.logVersion),
    ),
    gauge(
      'proof_age_seconds',
      'Since the moment up to which the scope is proven; +Inf when unproven.',
      (scope) => scope.freshForMs / 1000,
    ),
    {
      ...gauge('resets_total', 'How often all of the scope was dropped.', ({ resets }) => resets),
      kind: 'counter',
    },
  ];
}

function memberSamples(node: AdminNode): Sample[] {
  const members = node.members();
  const peers = node.state().transport?.peers ?? [];
  const waiting = peers.reduce((sum, peer) => sum + peer.sendQueueBytes, 0);
  return [
    {
      kind: 'gauge',
      name: 'hearsay_members',
      help: 'Members by state, this node included.',
      label: 'state',
      values: STATES.map((state) => [
        state,
        members.filter((member) => member.state === state).length,
      ]),
    },
    one('gauge', 'hearsay_links', 'Members with a link to this node.', peers.length),
    one('gauge', 'hearsay_send_queue_bytes', 'What waits for slow peers.', waiting),
  ];
}

function streamSamples({ size, counters }: StreamFigures): Sample[] {
  return [
    one('gauge', 'hearsay_subscribers', 'Open streams of events.', size),
    one(
      'counter',
      'hearsay_subscribers_refused_total',
      'Subscribers for whom there was no room.',
      counters.refused,
    ),
    {
      kind: 'counter',
      name: 'hearsay_subscribers_cut_total',
      help: 'Subscribers that did not read.',
      label: 'reason',
      values: [
        ['overtaken', counters.overtaken],
        ['blocked', counters.blocked],
      ],
    },
  ];
}

function processSamples({ residentBytes, cpuSeconds, eventLoopDelayMs }: ProcessView): Sample[] {
  const { p50, p99, max } = eventLoopDelayMs;
  const lag = (name: string, ms: number): Sample =>
    one(
      'gauge',
      `nodejs_eventloop_lag_${name}_seconds`,
      `How late the event loop ran in the last 15 to 30 s: ${name}.`,
      ms / 1000,
    );
  return [
    one('gauge', 'process_resident_memory_bytes', 'Resident memory.', residentBytes),
    one('counter', 'process_cpu_seconds_total', 'User and system time spent.', cpuSeconds),
    lag('p50', p50),
    lag('p99', p99),
    lag('max', max),
  ];
}

function one(kind: Sample['kind'], name: string, help: string, value: number): Sample {
  return { kind, name, help, label: undefined, values: [['', value]] };
}

/** `framesInvalid` becomes `frames_invalid`; what else the names of another transport hold becomes `_`. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9_]/g, '_');
}
