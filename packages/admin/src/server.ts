export { type AdminServer, startAdminServer } from './server/admin-server.js';
