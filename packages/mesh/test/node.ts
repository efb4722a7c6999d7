import {
  type Announcement,
  type CacheInvalidationTransport,
  invalidationOf,
  type TransportInspection,
} from '@hearsay/spi';
import { RecordingHost } from '@hearsay/testkit';
import { type MeshTransportOptions, meshTransport } from '../src/index.js';

export interface TestNode {
  readonly transport: CacheInvalidationTransport;
  readonly host: RecordingHost;
  readonly address: string;
  inspect(): TransportInspection;
}

const running = new Set<CacheInvalidationTransport>();

export async function startNode(
  name: string,
  options: MeshTransportOptions = {},
): Promise<TestNode> {
  const transport = meshTransport(options);
  const host = new RecordingHost(name);
  await transport.start(host);
  running.add(transport);
  const inspect = () => transport.inspect();
  return { transport, host, inspect, address: inspect().addresses[0] as string };
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
