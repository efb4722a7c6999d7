import type { DiscoveryProvider } from '@hearsay/spi';
import { type Address, formatAddress } from '../address.js';

/** The addresses that an operator wrote down. */
export function staticDiscovery(addresses: readonly Address[]): DiscoveryProvider {
  const nodes = addresses.map((address) => ({ addresses: [formatAddress(address)] }));
  return { name: 'static', discover: async () => nodes };
}
