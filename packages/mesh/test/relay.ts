import { TcpRelay } from '@hearsay/testkit';

const relays = new Set<TcpRelay>();

/** A relay in front of a node: what is dialled in place of its address can be cut. */
export async function relayTo(address: string): Promise<TcpRelay> {
  const relay = await TcpRelay.listen();
  relay.setTarget(portOf(address));
  relays.add(relay);
  return relay;
}

export function portOf(address: string): number {
  return Number(address.split(':').at(-1));
}

export async function closeRelays(): Promise<void> {
  await Promise.all([...relays].map((relay) => relay.close()));
  relays.clear();
}
