/** The worker's first file. It imports node:sqlite and its neighbours only: a small worker. */
import { parentPort, workerData } from 'node:worker_threads';
import { LogFile } from './log-file.js';
import { packError, type WorkerCall, type WorkerReply } from './messages.js';

const file = new LogFile(workerData);

parentPort?.on('message', async (call: WorkerCall) => {
  parentPort?.postMessage(await reply(call));
});

async function reply({ id, operation, args }: WorkerCall): Promise<WorkerReply> {
  try {
    const method = file[operation] as (...args: readonly unknown[]) => Promise<unknown>;
    return { id, value: await method.apply(file, [...args]) };
  } catch (error) {
    return { id, error: packError(error) };
  }
}
