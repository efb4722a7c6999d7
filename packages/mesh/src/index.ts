export type { DiscoveryOptions } from './discovery/discovery-options.js';
export {
  type AddressRecordsOptions,
  type DnsOptions,
  dnsDiscovery,
  type ServiceRecordsOptions,
  srvDiscovery,
} from './discovery/dns-discovery.js';
export type { AdmissionRefusal } from './errors.js';
export {
  AdmissionRefusedError,
  ClusterKeyInvalidError,
  ClusterKeyRequiredError,
  DiscoveryFailedError,
  KeyringChangeRefusedError,
  ListenFailedError,
} from './errors.js';
export type { ClusterKeyring } from './keyring.js';
export { type MeshTransport, meshTransport } from './mesh-transport.js';
export type { Medium, MeshTransportOptions } from './options.js';
