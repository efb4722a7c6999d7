/**
 * Stops waiting when the signal aborts; the promise itself goes on.
 * @throws the signal's reason
 */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
    const settle = (): void => signal.removeEventListener('abort', abort);
    promise.finally(settle).then(resolve, reject);
  });
}
