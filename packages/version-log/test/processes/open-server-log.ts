/** Opens the log at the URL argv[3] of a PostgreSQL or MySQL server (argv[2]), in the schema argv[4], and prints its name. */
import { openMysqlLog, openPostgresLog } from '@hearsay/version-log';

const [kind, connectionString = '', schema = ''] = process.argv.slice(2);
const open = kind === 'postgres' ? openPostgresLog : openMysqlLog;
const log = await open({ connectionString, schema });
console.log(log.logId);
await log.close();
