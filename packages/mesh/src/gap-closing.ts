import type { TransportHost } from '@hearsay/spi';

const RETRY_MS = 1_000;

/** Resolves once the host has closed the gap, however often it must be told, or this node `isStopped`. */
export async function closeGap(
  host: TransportHost,
  reason: string,
  isStopped: () => boolean,
): Promise<void> {
  while (!isStopped()) {
    try {
      await host.closeGap({ reason });
      return;
    } catch (error) {
      host.logger.warn({ err: error, reason }, 'a gap could not be closed yet');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
