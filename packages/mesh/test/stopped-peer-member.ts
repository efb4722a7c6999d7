/** A member in a process of its own, told what to do over the channel to its parent. */
import { type Medium, meshTransport } from '@hearsay/mesh';
import { invalidationOf } from '@hearsay/spi';
import { RecordingHost } from '@hearsay/testkit';

export type Command =
  | { readonly kind: 'start'; readonly medium: Medium; readonly peers: readonly string[] }
  /** Events of 1 KiB each, a few thousand a second. */
  | { readonly kind: 'publish'; readonly count: number }
  | { readonly kind: 'inspect' };

export interface Answer {
  readonly address: string;
  readonly coherence: string;
  /** Events of all origins that were delivered here. */
  readonly delivered: number;
  readonly sendQueueBytes: number;
  /** What is in use after a garbage collection, buffers outside of the heap included. */
  readonly heldBytes: number;
  readonly residentBytes: number;
}

const KEY_BYTES = 1_000;

let transport = meshTransport();

async function perform(command: Command): Promise<void> {
  if (command.kind === 'start') {
    const { medium, peers } = command;
    transport = meshTransport({ medium, peers });
    await transport.start(new RecordingHost(`member-${process.pid}`));
  } else if (command.kind === 'publish')
    for (let i = 0; i < command.count; i++) {
      const key = `${i}-`.padEnd(KEY_BYTES, 'x');
      await transport.publish([invalidationOf('table', { key })]);
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
}

function answer(): Answer {
  globalThis.gc?.();
  const { addresses, coherence, counters, peers } = transport.inspect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    address: addresses[0] ?? '',
    coherence,
    delivered: counters['delivered'] ?? 0,
    sendQueueBytes: Math.max(0, ...peers.map(({ sendQueueBytes }) => sendQueueBytes)),
    heldBytes: heapUsed + external,
    residentBytes: rss,
  };
}

process.on('message', (command: Command) => {
  void perform(command).then(() => process.send?.(answer()));
});
process.on('disconnect', () => process.exit());
