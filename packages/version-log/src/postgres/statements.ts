import type { LogStatements } from '../server/statements.js';
import type { LogTables } from '../tables.js';

/**
 * Which life of the database this is (rule S4): the timeline changes with every failover, the time
 * with every restart. A standby has no place to write at, and refuses.
 */
export const LIFE = `left(pg_walfile_name(pg_current_wal_lsn()), 8) || ':' || extract(epoch FROM pg_postmaster_start_time())`;
const NOW_MS = `(extract(epoch FROM clock_timestamp()) * 1000)::bigint`;

/** The log's statements for PostgreSQL. Lists travel as one text divided by commas: no name holds one. */
export function postgresStatements(t: LogTables): LogStatements {
  const heads = `SELECT m.log_id AS log, ${LIFE} AS life,
      (SELECT string_agg(concat_ws(' ', s.scope, s.version, s.append_id, s.floor), ',') FROM ${t.scope} s
        WHERE s.scope = ANY (string_to_array($1::text, ','))) AS heads
    FROM ${t.meta} m`;
  const rows = `SELECT s.scope, s.version, s.append_id AS id, s.floor::text AS prev,
      'head' AS kind, m.log_id AS key, ${LIFE} AS origin
    FROM ${t.meta} m LEFT JOIN ${t.scope} s ON s.scope = ANY (string_to_array($1::text, ','))
    UNION ALL
    SELECT a.scope, l.version, l.append_id, l.prev_id, l.kind, l.key, l.origin
    FROM unnest(string_to_array($2::text, ','), string_to_array($3::text, ',')::bigint[]) AS a (scope, after)
    JOIN ${t.log} l ON l.scope = a.scope AND l.version > a.after AND l.version <= a.after + $4::bigint`;
  const existing = `SELECT scope FROM ${t.scope} WHERE scope = ANY (string_to_array($1::text, ','))`;
  const create = `INSERT INTO ${t.scope} (scope, version, append_id, floor)
    SELECT scope, 0, '0000000000000000', 0 FROM unnest(string_to_array($1::text, ',')) AS a (scope)
    ORDER BY scope ON CONFLICT DO NOTHING`;
  const floorBySize = `UPDATE ${t.scope} SET floor = version - $1::bigint
    WHERE scope = $2::text AND floor < version - $3::bigint`;
  const floorByAge = `SELECT coalesce(
      (SELECT min(l.version) - 1 FROM ${t.log} l WHERE l.scope = $1::text AND l.appended_at >= ${NOW_MS} - $2::bigint),
      (SELECT s.version FROM ${t.scope} s WHERE s.scope = $3::text), 0) AS floor`;
  const raiseFloor = `UPDATE ${t.scope} SET floor = $1::bigint WHERE scope = $2::text AND floor < $3::bigint`;
  const floor = `SELECT floor FROM ${t.scope} WHERE scope = $1::text`;
  const deletePruned = `DELETE FROM ${t.log} WHERE scope = $1::text AND version IN (
      SELECT version FROM ${t.log} WHERE scope = $2::text AND version <= $3::bigint ORDER BY version LIMIT $4::int)`;
  const announce = `INSERT INTO ${t.node} (node, epoch, addresses, renewed_at)
    VALUES ($1::text, $2::text, $3::text, ${NOW_MS})
    ON CONFLICT (node, epoch) DO UPDATE SET addresses = excluded.addresses, renewed_at = excluded.renewed_at`;
  const withdraw = `DELETE FROM ${t.node} WHERE node = $1::text AND epoch = $2::text`;
  const recent = `SELECT node, epoch, addresses FROM ${t.node}
    WHERE abs(${NOW_MS} - renewed_at) <= $1::bigint ORDER BY renewed_at DESC LIMIT $2::int`;
  const dead = `SELECT node, epoch FROM ${t.node} WHERE abs(${NOW_MS} - renewed_at) > $1::bigint LIMIT $2::int`;
  const forget = `DELETE FROM ${t.node}
    WHERE node = $1::text AND epoch = $2::text AND abs(${NOW_MS} - renewed_at) > $3::bigint`;
  const putLease = `INSERT INTO ${t.lease} AS l (node, epoch, lease_seq, lease_ms)
    VALUES ($1::text, $2::text, $3::bigint, $4::bigint)
    ON CONFLICT (node, epoch) DO UPDATE SET lease_seq = excluded.lease_seq, lease_ms = excluded.lease_ms
    WHERE l.lease_seq < excluded.lease_seq`;
  const raiseLeaseMs = `UPDATE ${t.meta} SET lease_ms_max = $1::bigint WHERE lease_ms_max < $2::bigint`;
  const leases = `SELECT m.log_id AS log, ${LIFE} AS life, m.lease_ms_max AS longest,
      l.node, l.epoch, l.lease_seq AS seq, l.lease_ms AS ms
    FROM ${t.meta} m LEFT JOIN ${t.lease} l ON true LIMIT $1::int`;
  const removeLease = `DELETE FROM ${t.lease}
    WHERE node = $1::text AND epoch = $2::text AND lease_seq = $3::bigint`;
  return {
    heads: (scopes) => ({ sql: heads, params: [scopes.join()] }),
    rows: (scopes, lagging, limit) => ({
      sql: rows,
      params: [
        scopes.join(),
        [...lagging.keys()].join(),
        [...lagging.values()].map(({ version }) => version).join(),
        limit,
      ],
    }),
    existingScopes: (scopes) => ({ sql: existing, params: [scopes.join()] }),
    createScopes: (scopes) => ({ sql: create, params: [scopes.join()] }),
    raiseFloorBySize: (scope, keep) => ({ sql: floorBySize, params: [keep, scope, keep] }),
    floorByAge: (scope, age) => ({ sql: floorByAge, params: [scope, age, scope] }),
    raiseFloor: (scope, to) => ({ sql: raiseFloor, params: [to, scope, to] }),
    floor: (scope) => ({ sql: floor, params: [scope] }),
    deletePruned: (scope, to, max) => ({ sql: deletePruned, params: [scope, scope, to, max] }),
    announceNode: ({ node, epoch, addresses }) => ({
      sql: announce,
      params: [node, epoch, JSON.stringify(addresses)],
    }),
    withdrawNode: ({ node, epoch }) => ({ sql: withdraw, params: [node, epoch] }),
    recentNodes: (windowMs, max) => ({ sql: recent, params: [windowMs, max] }),
    deadNodes: (ageMs, max) => ({ sql: dead, params: [ageMs, max] }),
    forgetNode: (node, epoch, ageMs) => ({ sql: forget, params: [node, epoch, ageMs] }),
    putLease: ({ holder: { node, epoch }, leaseSeq, leaseMs }) => ({
      sql: putLease,
      params: [node, epoch, leaseSeq, leaseMs],
    }),
    raiseLeaseMs: (ms) => ({ sql: raiseLeaseMs, params: [ms, ms] }),
    leases: (max) => ({ sql: leases, params: [max] }),
    removeLease: ({ holder: { node, epoch }, leaseSeq }) => ({
      sql: removeLease,
      params: [node, epoch, leaseSeq],
    }),
  };
}
