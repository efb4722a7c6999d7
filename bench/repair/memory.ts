/** What a node takes for each origin that it knows: its place in the vector and its newest event. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type MeshMessage, NodeMachine, type NodeMessage } from '@hearsay/protocol';
import type { Sequence } from '@hearsay/spi';
import { decodeMessage, encodeMessage } from '@hearsay/wire';
import { announcementOf, originOf } from './words.ts';

/** @returns bytes; events come off the wire, as nothing of them is shared with anyone */
export function bytesPerOrigin(origins: number): number {
  const self = { origin: originOf(-1), addresses: [], metadata: {} };
  const machine = new NodeMachine(self, {}, 0);
  hear(machine, 0);
  const before = heldBytes();
  for (let index = 1; index <= origins; index++) hear(machine, index);
  const after = heldBytes();
  // It must still be there when it is measured.
  machine.handle({ kind: 'others-known', count: 0 }, 0);
  return (after - before) / origins;
}

function hear(machine: NodeMachine, index: number): void {
  const announcements = [announcementOf(index)];
  const run = { origin: originOf(index), first: 1 as Sequence, announcements };
  const sent: MeshMessage & NodeMessage = { kind: 'events', runs: [run] };
  const message = decodeMessage(encodeMessage(sent));
  if (message.kind === 'events') machine.handle({ kind: 'events', runs: message.runs }, index);
}

/** What the heap and its arrays hold once the garbage is gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
