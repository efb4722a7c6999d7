import type { LogStatements } from '../server/statements.js';
import type { LogTables } from '../tables.js';
import { LIFE } from './connection.js';

const NOW_MS = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)';
/** Names as a table `a` with a column `s`. */
const NAMES = `JSON_TABLE(?, '$[*]' COLUMNS (s VARCHAR(64) CHARACTER SET ascii PATH '$')) a`;

/** The log's statements for MariaDB and MySQL. */
export function mysqlStatements(t: LogTables): LogStatements {
  const named = `${NAMES} STRAIGHT_JOIN ${t.scope} s FORCE INDEX (PRIMARY) ON s.scope = a.s`;
  const heads = `SELECT m.log_id AS log, ${LIFE} AS life,
      (SELECT GROUP_CONCAT(CONCAT_WS(' ', s.scope, s.version, s.append_id, s.floor) SEPARATOR ',') FROM ${named}) AS heads
    FROM ${t.meta} m`;
  const headRows = `SELECT s.scope, s.version, s.append_id AS id, CAST(s.floor AS CHAR) AS prev,
      'head' AS kind, m.log_id AS \`key\`, ${LIFE} AS origin
    FROM ${t.meta} m LEFT JOIN ${t.scope} s ON s.scope IN (?)`;
  const rowsAfter = `SELECT scope, version, append_id, prev_id, kind, \`key\`, origin
    FROM ${t.log} WHERE scope = ? AND version > ? AND version <= ?`;
  return {
    heads: (scopes) => ({ sql: heads, params: [JSON.stringify(scopes)] }),
    // A branch a scope: bounds that are columns of another table would not be looked up in the index.
    rows: (scopes, lagging, limit) => ({
      sql: [
        headRows.replace('(?)', listOf(scopes.length)),
        ...[...lagging].map(() => rowsAfter),
      ].join(' UNION ALL '),
      params: [
        ...scopes,
        ...[...lagging].flatMap(([scope, { version }]) => [scope, version, version + limit]),
      ],
      isVaried: true,
    }),
    existingScopes: (scopes) => ({
      sql: `SELECT s.scope FROM ${named}`,
      params: [JSON.stringify(scopes)],
    }),
    createScopes: (scopes) => ({
      sql: `INSERT IGNORE INTO ${t.scope} (scope, version, append_id, floor)
        SELECT a.s, 0, '0000000000000000', 0 FROM ${NAMES} ORDER BY a.s`,
      params: [JSON.stringify(scopes)],
    }),
    raiseFloorBySize: (scope, keep) => ({
      sql: `UPDATE ${t.scope} SET floor = version - ? WHERE scope = ? AND floor < version - ?`,
      params: [keep, scope, keep],
    }),
    floorByAge: (scope, ageMs) => ({
      sql: `SELECT COALESCE(
          (SELECT version - 1 FROM ${t.log} WHERE scope = ? AND appended_at >= ${NOW_MS} - ? ORDER BY version LIMIT 1),
          (SELECT version FROM ${t.scope} WHERE scope = ?), 0) AS floor`,
      params: [scope, ageMs, scope],
    }),
    raiseFloor: (scope, floor) => ({
      sql: `UPDATE ${t.scope} SET floor = ? WHERE scope = ? AND floor < ?`,
      params: [floor, scope, floor],
    }),
    floor: (scope) => ({ sql: `SELECT floor FROM ${t.scope} WHERE scope = ?`, params: [scope] }),
    deletePruned: (scope, floor, max) => ({
      sql: `DELETE FROM ${t.log} WHERE scope = ? AND version <= ? ORDER BY version LIMIT ${max}`,
      params: [scope, floor],
    }),
    ...nodeStatements(t),
    ...leaseStatements(t),
  };
}

type NodeStatements = Pick<
  LogStatements,
  'announceNode' | 'withdrawNode' | 'recentNodes' | 'deadNodes' | 'forgetNode'
>;

function nodeStatements(t: LogTables): NodeStatements {
  return {
    announceNode: ({ node, epoch, addresses }) => ({
      sql: `INSERT INTO ${t.node} (node, epoch, addresses, renewed_at) VALUES (?, ?, ?, ${NOW_MS})
        ON DUPLICATE KEY UPDATE addresses = VALUES(addresses), renewed_at = VALUES(renewed_at)`,
      params: [node, epoch, JSON.stringify(addresses)],
    }),
    withdrawNode: ({ node, epoch }) => ({
      sql: `DELETE FROM ${t.node} WHERE node = ? AND epoch = ?`,
      params: [node, epoch],
    }),
    recentNodes: (windowMs, max) => ({
      sql: `SELECT node, epoch, addresses FROM ${t.node}
        WHERE ABS(${NOW_MS} - renewed_at) <= ? ORDER BY renewed_at DESC LIMIT ${max}`,
      params: [windowMs],
    }),
    deadNodes: (ageMs, max) => ({
      sql: `SELECT node, epoch FROM ${t.node} WHERE ABS(${NOW_MS} - renewed_at) > ? LIMIT ${max}`,
      params: [ageMs],
    }),
    forgetNode: (node, epoch, ageMs) => ({
      sql: `DELETE FROM ${t.node} WHERE node = ? AND epoch = ? AND ABS(${NOW_MS} - renewed_at) > ?`,
      params: [node, epoch, ageMs],
    }),
  };
}

type LeaseStatements = Pick<LogStatements, 'putLease' | 'raiseLeaseMs' | 'leases' | 'removeLease'>;

function leaseStatements(t: LogTables): LeaseStatements {
  return {
    putLease: ({ holder: { node, epoch }, leaseSeq, leaseMs }) => ({
      sql: `INSERT INTO ${t.lease} (node, epoch, lease_seq, lease_ms) VALUES (?, ?, ?, ?)
        ON DUPLICATE KEY UPDATE lease_ms = IF(lease_seq < VALUES(lease_seq), VALUES(lease_ms), lease_ms),
          lease_seq = GREATEST(lease_seq, VALUES(lease_seq))`,
      params: [node, epoch, leaseSeq, leaseMs],
    }),
    raiseLeaseMs: (leaseMs) => ({
      sql: `UPDATE ${t.meta} SET lease_ms_max = ? WHERE lease_ms_max < ?`,
      params: [leaseMs, leaseMs],
    }),
    leases: (max) => ({
      sql: `SELECT m.log_id AS log, ${LIFE} AS life, m.lease_ms_max AS longest,
          l.node, l.epoch, l.lease_seq AS seq, l.lease_ms AS ms
        FROM ${t.meta} m LEFT JOIN ${t.lease} l ON TRUE LIMIT ${max}`,
      params: [],
    }),
    removeLease: ({ holder: { node, epoch }, leaseSeq }) => ({
      sql: `DELETE FROM ${t.lease} WHERE node = ? AND epoch = ? AND lease_seq = ?`,
      params: [node, epoch, leaseSeq],
    }),
  };
}

/** As many placeholders; a list is never empty in SQL. */
function listOf(count: number): string {
  return `(${Array.from({ length: count }, () => '?').join() || 'NULL'})`;
}
