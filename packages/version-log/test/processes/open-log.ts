/** Opens the log at argv[2] and prints its name. */
import { openSqliteLog } from '@hearsay/version-log';

const log = await openSqliteLog({ path: process.argv[2] ?? '' });
console.log(log.logId);
await log.close();
