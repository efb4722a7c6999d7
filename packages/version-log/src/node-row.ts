import { type DiscoveredNode, type Epoch, LIMITS, nodeNameOf } from '@hearsay/spi';

/** Nodes that one discovery returns, the latest renewed first. */
export const NODES_MAX = 1024;
/** Rows that are this many windows old belong to nobody. */
export const DEAD_WINDOWS = 10;

const EPOCH = /^[0-9a-f]{16}$/;

/** @returns `undefined` for a row that no node of ours can have written */
export function discoveredNodeOf(
  name: unknown,
  epoch: unknown,
  json: unknown,
): DiscoveredNode | undefined {
  try {
    const addresses: unknown = JSON.parse(String(json));
    const life = String(epoch);
    if (!EPOCH.test(life) || !areAddresses(addresses)) return undefined;
    return { node: nodeNameOf(String(name)), epoch: life as Epoch, addresses };
  } catch {
    return undefined;
  }
}

/** Whether this is a list of addresses within the limits; not whether they lead anywhere. */
export function areAddresses(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= LIMITS.addressesPerNodeMax &&
    value.every(
      (address) =>
        typeof address === 'string' &&
        address.length >= 1 &&
        address.length <= LIMITS.addressCharsMax,
    )
  );
}
