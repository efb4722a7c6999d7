import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { type Outcome, perform, type Task } from './outcome.ts';

/** Does runs on other threads; each takes the next one when it is done with the one before. */
export class Threads {
  readonly #workers: Worker[] = [];

  /** @param count 1: everything on this thread */
  constructor(count: number) {
    for (let i = 0; i < count && count > 1; i++)
      this.#workers.push(new Worker(new URL(import.meta.url)));
  }

  /**
   * @param done told of each outcome, in any order
   * @returns once all tasks are done, or `done` has said `false` and those under way have ended
   */
  async each(tasks: Iterable<Task>, done: (outcome: Outcome) => boolean): Promise<void> {
    const next = tasks[Symbol.iterator]();
    let goesOn = true;
    const work = async (perform: (task: Task) => Promise<Outcome>) => {
      while (goesOn) {
        const { value, done: isEnd } = next.next();
        if (isEnd) return;
        goesOn = done(await perform(value)) && goesOn;
      }
    };
    if (this.#workers.length === 0) await work(perform);
    else await Promise.all(this.#workers.map((worker) => work((task) => ask(worker, task))));
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function ask(worker: Worker, task: Task): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.removeAllListeners();
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.postMessage(task);
  });
}

if (!isMainThread)
  parentPort?.on('message', async (task: Task) => parentPort?.postMessage(await perform(task)));
