/** A member in a process of its own, told what to do over the channel to its parent. */
import { invalidationOf } from '@hearsay/spi';
import { type Medium, meshTransport } from '@hearsay/mesh';
import { RecordingHost } from '@hearsay/testkit';

export type Command =
  | { readonly kind: 'start'; readonly medium: Medium; readonly peers: readonly string[] }
  | { readonly kind: 'publish'; readonly count: number }
  | { readonly kind: 'inspect' };

export interface Answer {
  readonly rssBytes: number;
  readonly address: string;
  readonly coherence: string;
  readonly counters: Readonly<Record<string, number>>;
}

let transport = meshTransport();

async function perform(command: Command): Promise<void> {
  if (command.kind === 'start') {
    const { medium, peers } = command;
    transport = meshTransport({ medium, peers });
    await transport.start(new RecordingHost(`member-${process.pid}`));
  } else if (command.kind === 'publish') {
    const body = 'x'.repeat(1_000);
    for (let i = 0; i < command.count; i++) {
      await transport.publish([invalidationOf('table', { key: `${i}-${body}` })]);
      if (i % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

process.on('message', (command: Command) => {
  void perform(command).then(() => {
    globalThis.gc?.();
    const { addresses, coherence, counters } = transport.inspect();
    const rssBytes = process.memoryUsage.rss();
    process.send?.({ mu: process.memoryUsage(), rssBytes, address: addresses[0] ?? '', coherence, counters });
  });
});
process.on('disconnect', () => process.exit());
