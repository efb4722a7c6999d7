/** What the demonstration's child processes share. */

/** @returns what the parent gave at the start */
export function childConfig<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}');
}

export function tellParent(message: object): void {
  if (process.connected) process.send?.(message);
}

/**
 * Handles the parent's messages in the order they came. A child never outlives its parent: it exits
 * when the channel closes. Ctrl-C reaches the whole terminal, but to end the children is the parent's job.
 */
export function runChild<T>(handle: (message: T) => void | Promise<void>): void {
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit(0));
  if (!process.connected) process.exit(0);
  let previous = Promise.resolve();
  process.on('message', (message) => {
    previous = previous.then(() => handle(message as T)).catch(fail);
  });
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}
