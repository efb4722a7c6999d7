import type { Stream } from '@libp2p/interface';

/** What a stream of `@libp2p/yamux` has besides; nothing of it is promised, so all of it is optional. */
interface Windowed {
  /** Gives the sender its whole window back. The first call also acknowledges the stream. */
  sendWindowUpdate?(): void;
  readonly recvWindow?: number;
  readonly recvWindowCapacity?: number;
}

/**
 * Gives the sender its window back when half of it is used up, as yamux's specification has it. By itself
 * `@libp2p/yamux` does so after each message, which on an idle mesh is every second packet.
 */
export function spareWindowUpdates(stream: Stream & Windowed): void {
  const send = stream.sendWindowUpdate;
  if (send === undefined) return;
  let isAcknowledged = false;
  stream.sendWindowUpdate = () => {
    const { recvWindow = 0, recvWindowCapacity = 0 } = stream;
    if (isAcknowledged && recvWindowCapacity > recvWindow / 2) return;
    isAcknowledged = true;
    send.call(stream);
  };
}
