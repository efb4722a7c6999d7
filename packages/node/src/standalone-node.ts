import { checkAdminOptions } from '@hearsay/admin';
import { type Hearsay, type HearsayOptions, meshTransport, startHearsay } from '@hearsay/embed';
import { nodeNameOf } from '@hearsay/spi';
import type { Logger } from 'pino';
import type { NodeConfig } from './config.js';

/**
 * A member with no service inside: it passes events on, repairs others, serves as a seed, and stands
 * beside a service of any language as its door to the mesh.
 *
 * @throws what `startHearsay` throws; nothing is left open
 */
export async function startNode(config: NodeConfig, logger: Logger): Promise<Hearsay> {
  const hearsay = await startHearsay(hearsayOptions(config, logger));
  hearsay.on('member', ({ member, before }) => {
    const { origin, state, reason } = member;
    if (state !== before)
      logger.info({ member: origin.node, before, state, reason }, 'a member changed');
  });
  hearsay.on('coherence', (coherence) => logger.info({ coherence }, 'coherence changed'));
  const { listening, adminAddress } = hearsay.status();
  logger.info({ listening, adminAddress }, 'the node is up');
  return hearsay;
}

/**
 * What can be said of a configuration without opening anything.
 * @throws {ConfigInvalidError} @throws {NameInvalidError} names the field
 * @throws {ClusterKeyInvalidError} @throws {ClusterKeyRequiredError}
 */
export function checkConfig({ node, mesh, admin, scopes }: NodeConfig): void {
  nodeNameOf(node);
  const { discoverByLog: _, ...options } = mesh;
  meshTransport(defined(options));
  checkAdminOptions({ ...admin, scopes });
}

function hearsayOptions(config: NodeConfig, logger: Logger): HearsayOptions {
  const { node, scopes, log, poll, prune, mesh, admin } = config;
  const choice = logChoice(log);
  return {
    node,
    ...(choice && { log: choice }),
    poll: defined(poll),
    prune: defined(prune),
    mesh: defined(mesh),
    admin: { ...defined(admin), scopes },
    logger,
  };
}

function logChoice({ sqlite, postgres, mysql }: NodeConfig['log']): HearsayOptions['log'] {
  if (sqlite !== undefined) return { sqlite };
  if (postgres !== undefined) return { postgres };
  return mysql === undefined ? undefined : { mysql };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** What is not set is absent, as the options want it. */
function defined<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<T>;
}
