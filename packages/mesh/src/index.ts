export type { AdmissionRefusal } from './errors.js';
export {
  AdmissionRefusedError,
  ClusterKeyInvalidError,
  ClusterKeyRequiredError,
  ListenFailedError,
} from './errors.js';
export { meshTransport } from './mesh-transport.js';
export type { Medium, MeshTransportOptions } from './options.js';
