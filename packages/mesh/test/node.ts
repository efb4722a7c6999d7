import {
  type Announcement,
  type CacheInvalidationTransport,
  type DiscoveryProvider,
  invalidationOf,
  type Logger,
  type TransportInspection,
} from '@hearsay/spi';
import { RecordingHost } from '@hearsay/testkit';
import { DIALECT, type Dialect } from '../src/dialect.js';
import type { MeshTransport, MeshTransportOptions } from '../src/index.js';
import { meshTransportOf } from '../src/mesh-transport.js';
import { meshConfig } from '../src/options.js';

export interface TestNode {
  readonly transport: MeshTransport;
  readonly host: RecordingHost;
  readonly address: string;
  inspect(): TransportInspection;
}

const running = new Set<CacheInvalidationTransport>();

interface Circumstances {
  readonly logger?: Logger;
  readonly discovery?: readonly DiscoveryProvider[];
  /** What a release other than this one speaks. */
  readonly dialect?: Dialect;
}

export async function startNode(
  name: string,
  options: MeshTransportOptions = {},
  { logger, discovery = [], dialect = DIALECT }: Circumstances = {},
): Promise<TestNode> {
  const transport = meshTransportOf({ ...meshConfig(options), dialect });
  const host = new RecordingHost(name, { discovery, ...(logger && { logger }) });
  await transport.start(host);
  running.add(transport);
  const inspect = () => transport.inspect();
  return { transport, host, inspect, address: inspect().listening?.[0] as string };
}

export async function stopAll(): Promise<void> {
  await Promise.all([...running].map((transport) => transport.stop()));
  running.clear();
}

export function hint(key: string): Announcement {
  return invalidationOf('table', { key });
}

/** Waits for something that the host is not told of, such as a counter. */
export async function eventually(holds: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + 15_000;
  while (!holds()) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until a node has counted something at least `count` times. */
export function counted(node: TestNode, counter: string, count = 1): Promise<void> {
  const now = () => node.inspect().counters[counter] ?? 0;
  return eventually(() => now() >= count, `${counter} of ${node.host.self.node} is ${count}`);
}

/** Resolves once both have heard of each other and an event has gone each way. */
export async function deliverBothWays(a: TestNode, b: TestNode, key: string): Promise<void> {
  for (const node of [a, b])
    await node.host.until(
      () => node.transport.coherence() === 'coherent',
      `${node.host.self.node} is coherent`,
    );
  await Promise.all([a.transport.publish([hint(key)]), b.transport.publish([hint(key)])]);
  const heard = (by: TestNode, from: TestNode) =>
    by.host.until(
      () => by.host.eventsOf(from.host.self).some(({ target }) => target.key === key),
      `${by.host.self.node} hears ${key} of ${from.host.self.node}`,
    );
  await Promise.all([heard(a, b), heard(b, a)]);
}

export interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** A logger that keeps what it is told. */
export function recordingLogger(): { logger: Logger; lines: LogLine[] } {
  const lines: LogLine[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  return { logger, lines };
}
