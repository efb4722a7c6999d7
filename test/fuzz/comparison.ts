import { MeshMachine, type NodeMessage } from '@hearsay/protocol';
import { type Epoch, invalidationOf, type NodeName, type Sequence } from '@hearsay/spi';
import { decodeMessage, encodeMessage } from '@hearsay/wire';

const originOf = (node: string) => ({ node: node as NodeName, epoch: '0'.repeat(16) as Epoch });
const [SELF, PEER] = [originOf('self'), originOf('peer')];

/**
 * A member says this. Whatever it makes the mesh machine answer, now or when time has passed, can be
 * written.
 * @throws {FrameInvalidError | FrameTooLargeError | FrameUnknownError} it is no message
 */
export function answerTo(frame: Uint8Array): void {
  const message = decodeMessage(frame);
  // These are of membership.
  if (['ping-request', 'ping-result', 'members'].includes(message.kind)) return;
  const machine = new MeshMachine(SELF, { wholeVectorOriginsMax: 0 });
  machine.handle({ kind: 'link-up', peer: PEER }, 0);
  for (const [i, node] of ['node-a', 'node-b', 'node-c'].entries()) {
    const announcements = Array.from({ length: 3 }, () => invalidationOf('table', { key: 'k' }));
    const run = { origin: originOf(node), first: (2 * i + 1) as Sequence, announcements };
    machine.handle({ kind: 'events', runs: [run] }, i);
  }
  const said = { kind: 'message', from: PEER, message: message as never } as const;
  const effects = [
    ...machine.handle(said, 100),
    ...machine.handle(said, 200),
    ...machine.handle({ kind: 'tick', random: 0.5 }, 500),
    ...machine.handle({ kind: 'tick', random: 0.5 }, 2_000),
  ];
  for (const effect of effects)
    if (effect.kind === 'send') encodeMessage({ updates: [], ...effect.message } as NodeMessage);
}
