import type { Clock, DiscoveryProvider } from '@hearsay/spi';
import type { ComponentLogger, PeerId } from '@libp2p/interface';
import type { DiscoveryConfig } from './discovery-options.js';
import { dnsDiscovery, srvDiscovery } from './dns-discovery.js';
import { MdnsDiscovery } from './mdns-discovery.js';
import { staticDiscovery } from './static-discovery.js';

export interface ProviderParts {
  readonly peerId: PeerId;
  readonly clock: Clock;
  readonly logger: ComponentLogger;
}

/** @returns what the configuration asks for; nothing is opened yet */
export function configuredProviders(
  { peers, dns, mdnsService }: DiscoveryConfig,
  parts: ProviderParts,
): DiscoveryProvider[] {
  return [
    ...(peers.length > 0 ? [staticDiscovery(peers)] : []),
    ...dns.map((question) =>
      question.kind === 'services' ? srvDiscovery(question) : dnsDiscovery(question),
    ),
    ...(mdnsService === undefined ? [] : [new MdnsDiscovery({ service: mdnsService, ...parts })]),
  ];
}
