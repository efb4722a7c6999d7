import { randomBytes } from 'node:crypto';
import { meshTransport } from '@hearsay/mesh';
import type { Epoch } from '@hearsay/spi';
import { openSqliteLog } from '@hearsay/version-log';
import { pino } from 'pino';
import { Hearsay } from './hearsay.js';
import { checkOptions, type HearsayOptions } from './options.js';
import type { Parts } from './parts.js';
import { systemClock } from './system-clock.js';
import type { VersionLog } from './version-log.js';

/**
 * Makes this process a member. Resolves once the log was read and this node can be reached; never
 * waits for peers. After an error nothing is left open.
 *
 * @throws {ConfigInvalidError} @throws {NameInvalidError} before anything is opened; names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError} before anything is opened
 * @throws {LogFileForeignError} @throws {LogFileUnreadableError} @throws {LogSchemaNewerError}
 * @throws {ListenFailedError} the address is taken or not this machine's
 */
export async function startHearsay(options: HearsayOptions): Promise<Hearsay> {
  const node = checkOptions(options);
  const { discoverByLog = true, ...mesh } = options.mesh || {};
  const ownMesh = options.transport || options.mesh === false ? undefined : meshTransport(mesh);
  const transport = options.transport ?? ownMesh;
  const ownsLog = options.log !== undefined && 'sqlite' in options.log;
  const log = await openLog(options.log);
  const logDiscovery = discoverByLog && log?.discovery ? [log.discovery] : [];
  const parts: Parts = {
    self: { node, epoch: randomBytes(8).toString('hex') as Epoch },
    log,
    ownsLog,
    poll: options.poll,
    transport,
    keyring: ownMesh?.keyring,
    discovery: [...logDiscovery, ...(options.discovery ?? [])],
    clock: options.clock ?? systemClock,
    logger: options.logger ?? pino({ name: 'hearsay', level: 'warn' }, pino.destination(2)),
  };
  let hearsay: Hearsay | undefined;
  try {
    hearsay = new Hearsay(parts);
    await hearsay.startTransport();
    return hearsay;
  } catch (error) {
    await hearsay?.close();
    if (!hearsay && ownsLog) await log?.close();
    throw error;
  }
}

async function openLog(log: HearsayOptions['log']): Promise<VersionLog | undefined> {
  if (!log || !('sqlite' in log)) return log;
  return openSqliteLog(typeof log.sqlite === 'string' ? { path: log.sqlite } : log.sqlite);
}
