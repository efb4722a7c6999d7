export { AdminClient, type AdminClientOptions, type EventOptions } from './client/admin-client.js';
export {
  AdminRefusedError,
  AdminReplyInvalidError,
  AdminTimeoutError,
  AdminUnreachableError,
} from './client/errors.js';
export type { AdminAddress } from './client/http.js';
export { ADMIN_LIMITS } from './limits.js';
export { ABSENT, valueDigest } from './value-digest.js';
