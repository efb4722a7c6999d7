export { AdminClient, type AdminClientOptions, type EventOptions } from './client/admin-client.js';
export {
  AdminRefusedError,
  AdminReplyInvalidError,
  AdminTimeoutError,
  AdminUnreachableError,
} from './client/errors.js';
export type { AdminAddress } from './client/http.js';
