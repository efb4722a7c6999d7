/** Stands in for the log's worker: counts its calls, dies or stays silent as it is told. */
import { parentPort } from 'node:worker_threads';

let count = 0;
const held: number[] = [];

parentPort?.on('message', (call: { id: number; operation: string; args: unknown[] }) => {
  const reply = (value: unknown) => parentPort?.postMessage({ id: call.id, value });
  if (call.operation === 'close') return reply(undefined);
  switch (call.args[0]) {
    case 'exit':
      return process.exit(3);
    case 'throw':
      throw new Error('told to');
    case 'eat memory':
      return eatMemory();
    case 'hold':
      return held.push(call.id);
    case 'release':
      for (const id of held) parentPort?.postMessage({ id, value: 'late' });
      return reply('released');
    default:
      return reply(++count);
  }
});

function eatMemory(): never {
  const eaten: string[][] = [];
  for (;;) eaten.push(Array.from({ length: 100_000 }, String));
}
