import { TransactionOpenError } from '../errors.js';

/** What may break at any time, and then says so to its listeners. */
interface Breakable {
  on(event: 'error', listener: (error: Error) => void): unknown;
  off(event: 'error', listener: (error: Error) => void): unknown;
}

const writing = new WeakSet<Breakable>();

/**
 * Runs one write at a time on a connection, and keeps the process alive should it break: its
 * queries say so, but an event without a listener would end the process.
 *
 * @param body is given what gives the connection up, which then stays listened to
 * @throws {TransactionOpenError} another write is under way on it
 */
export async function exclusively<T>(
  connection: Breakable,
  abandon: () => void,
  body: (abandon: () => void) => Promise<T>,
): Promise<T> {
  if (writing.has(connection))
    throw new TransactionOpenError(
      'another write is under way on this connection: use a pool, or invalidate in that one',
    );
  writing.add(connection);
  const ignore = () => undefined;
  let abandoned = false;
  connection.on('error', ignore);
  try {
    return await body(() => {
      abandoned = true;
      abandon();
    });
  } finally {
    if (!abandoned) connection.off('error', ignore);
    writing.delete(connection);
  }
}
