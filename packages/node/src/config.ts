import { hostname } from 'node:os';
import { z } from 'zod';

const text = (description: string) => z.string().min(1).describe(description);
const texts = (description: string) => z.array(z.string().min(1)).describe(description);
const whole = (description: string) => z.int().describe(description);
const secret = { secret: true } as const;

/** Everything that a standalone node can be told. Ranges are checked by the parts that use them. */
export const nodeConfigSchema = z.strictObject({
  node: text('stable name of this node').default(hostname()),
  scopes: texts(
    'scopes to follow for subscribers; events of others are passed on all the same',
  ).default([]),
  log: z
    .strictObject({
      sqlite: text('database file of the version log').optional(),
      postgres: text('URL of the PostgreSQL database of the version log').meta(secret).optional(),
      mysql: text('URL of the MariaDB or MySQL database of the version log')
        .meta(secret)
        .optional(),
    })
    .refine((log) => Object.values(log).filter((place) => place !== undefined).length <= 1, {
      error: 'names several databases: give one',
    })
    .prefault({}),
  poll: z
    .strictObject({
      intervalMs: whole('between two polls of the log').optional(),
      isolatedIntervalMs: whole('the same while nobody is heard').optional(),
    })
    .prefault({}),
  prune: z
    .strictObject({
      maxAgeMs: whole('age from which on rows of the log go').optional(),
      keepRows: whole('rows of a scope that stay at most').optional(),
      everyMs: whole('between two looks, on average').optional(),
    })
    .prefault({}),
  mesh: z
    .strictObject({
      listen: text('host:port for other members').default('127.0.0.1:7946'),
      announce: texts('addresses that others shall dial instead').optional(),
      clusterKey: text('64 hex digits, the same on all members').meta(secret).optional(),
      clusterKeys: texts('several keys while they are rotated, the primary first')
        .meta(secret)
        .optional(),
      peers: texts('addresses of other members').optional(),
      dns: texts('names to ask DNS for: host:port or _service._proto.name').optional(),
      mdns: z.boolean().describe('find members on this network segment').optional(),
      discoverByLog: z.boolean().describe('find members by the rows of the log').optional(),
      medium: z.enum(['auto', 'direct', 'gossipsub']).describe('what events leave by').optional(),
      membersMax: whole('members that are linked at once').optional(),
      connectionsMax: whole('connections in both directions').optional(),
      admissionsPendingMax: whole('connections that are not admitted yet').optional(),
      sendQueueBytesMax: whole('bytes that may wait for one slow member').optional(),
    })
    .prefault({}),
  admin: z
    .strictObject({
      listen: text('host:port of the admin API').optional(),
      unixSocket: text('path of a Unix socket for the admin API instead').optional(),
      token: text('bearer token of the admin API; required off loopback').meta(secret).optional(),
      hosts: texts('more names that callers may use for this node').optional(),
    })
    .prefault({}),
  logging: z
    .strictObject({
      level: z
        .enum(['debug', 'info', 'warn', 'error', 'silent'])
        .describe('the least severe line that is written')
        .default('info'),
      pretty: z.boolean().describe('for people; by default on a terminal').optional(),
    })
    .prefault({}),
});

export type NodeConfig = z.output<typeof nodeConfigSchema>;
