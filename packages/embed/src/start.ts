import { randomBytes } from 'node:crypto';
import { meshTransport } from '@hearsay/mesh';
import type { Clock, Epoch, Origin } from '@hearsay/spi';
import { pino } from 'pino';
import type { NodeAdmin } from './admin-node.js';
import { Hearsay } from './hearsay.js';
import { checkOptions, type HearsayOptions } from './options.js';
import type { Parts } from './parts.js';
import { systemClock } from './system-clock.js';
import { openLog } from './version-log.js';

/**
 * Makes this process a member. Resolves once the log was read and this node can be reached; never
 * waits for peers. After an error nothing is left open.
 *
 * @throws {ConfigInvalidError} @throws {NameInvalidError} before anything is opened; names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError} before anything is opened
 * @throws what `openSqliteLog`, `openPostgresLog` or `openMysqlLog` throws
 * @throws {ListenFailedError} {@link AdminListenFailedError} the address is taken or not this machine's
 */
export async function startHearsay(options: HearsayOptions): Promise<Hearsay> {
  const node = checkOptions(options);
  const self = { node, epoch: randomBytes(8).toString('hex') as Epoch };
  const clock = options.clock ?? systemClock;
  const admin = await adminOf(options.admin, self, clock);
  const { discoverByLog = true, ...mesh } = options.mesh || {};
  const ownMesh = options.transport || options.mesh === false ? undefined : meshTransport(mesh);
  const transport = options.transport ?? ownMesh;
  const { log, ownsLog } = await openLog(options.log);
  const logDiscovery = discoverByLog && log?.discovery ? [log.discovery] : [];
  const parts: Parts = {
    self,
    log,
    ownsLog,
    poll: options.poll,
    prune: options.prune,
    transport,
    keyring: ownMesh?.keyring,
    discovery: [...logDiscovery, ...(options.discovery ?? [])],
    clock,
    logger: options.logger ?? pino({ name: 'hearsay', level: 'warn' }, pino.destination(2)),
    admin,
  };
  let hearsay: Hearsay | undefined;
  try {
    hearsay = new Hearsay(parts);
    await hearsay.startTransport();
    await admin?.start(hearsay, parts);
    return hearsay;
  } catch (error) {
    await hearsay?.close();
    if (!hearsay && ownsLog) await log?.close();
    throw error;
  }
}

/** Loaded only when it is asked for. */
async function adminOf(
  options: HearsayOptions['admin'],
  self: Origin,
  clock: Clock,
): Promise<NodeAdmin | undefined> {
  if (!options) return undefined;
  const { NodeAdmin } = await import('./admin-node.js');
  return NodeAdmin.load(options, self, clock);
}
