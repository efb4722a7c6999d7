import {
  type AppendId,
  type ChainHead,
  type LogId,
  type LogRow,
  LogUnavailableError,
  type PollAnswer,
  type PollRequest,
  type Scope,
  type ScopeReading,
  type TargetKind,
  type Version,
} from '@hearsay/spi';
import type { ServerConnection, SqlRow } from './connection.js';
import type { LogStatements, Positions } from './statements.js';

/** Rows in one answer, at their longest about 10 MiB. Scopes that lag share them; each gets one. */
export const ANSWER_ROWS_MAX = 8192;

/**
 * Reads counters by one statement. Where a scope lags another one reads all counters anew, and the
 * rows that are missing, in a snapshot of its own: what the first one found is only why it was sent.
 */
export async function poll(
  connection: ServerConnection,
  statements: LogStatements,
  request: PollRequest,
): Promise<PollAnswer> {
  const { rows } = await connection.run(statements.heads([...request.positions.keys()]));
  const found = rows[0];
  if (found === undefined) throw logGone();
  const counters = countersOf(String(found['heads'] ?? ''));
  let lagging = laggingOf(request, counters);
  if (lagging.size === 0)
    return {
      logId: found['log'] as LogId,
      incarnation: connection.incarnationOf(found['life']),
      readings: [...counters.values()],
    };
  for (;;) {
    const answer = await readRows(connection, statements, request, lagging);
    // A counter that moved in between was read without its rows, which would look like a loss.
    const known = lagging;
    lagging = laggingOf(request, new Map(answer.readings.map((each) => [each.scope, each])));
    if ([...lagging.keys()].every((scope) => known.has(scope))) return answer;
    lagging = new Map([...known, ...lagging]);
  }
}

function countersOf(heads: string): Map<Scope, ScopeReading> {
  const counters = new Map<Scope, ScopeReading>();
  if (heads === '') return counters;
  for (const text of heads.split(',')) {
    const [name, version, appendId, floor] = text.split(' ');
    const scope = name as Scope;
    const head = { version: Number(version) as Version, appendId: appendId as AppendId };
    counters.set(scope, { scope, head, floor: Number(floor) as Version, rows: [] });
  }
  return counters;
}

/** Not behind: nothing to read, whether the head is reached, on another chain or already passed. */
function laggingOf(
  { positions }: PollRequest,
  readings: ReadonlyMap<Scope, ScopeReading>,
): Map<Scope, ChainHead> {
  const lagging = new Map<Scope, ChainHead>();
  for (const [scope, { head }] of readings) {
    const position = positions.get(scope);
    if (position !== undefined && position.version < head.version) lagging.set(scope, position);
  }
  return lagging;
}

async function readRows(
  connection: ServerConnection,
  statements: LogStatements,
  request: PollRequest,
  lagging: Positions,
): Promise<PollAnswer> {
  const limit = Math.min(request.rowsMax, Math.ceil(ANSWER_ROWS_MAX / lagging.size));
  const scopes = [...request.positions.keys()];
  const { rows } = await connection.run(statements.rows(scopes, lagging, limit));
  const first = rows.find(({ kind }) => kind === 'head');
  if (first === undefined) throw logGone();
  const readings = new Map<Scope, ScopeReading & { readonly rows: LogRow[] }>();
  for (const row of rows) if (row['kind'] === 'head') addHead(readings, row);
  for (const row of rows)
    if (row['kind'] !== 'head') readings.get(row['scope'] as Scope)?.rows.push(logRowOf(row));
  for (const reading of readings.values()) reading.rows.sort((a, b) => a.version - b.version);
  return {
    logId: first['key'] as LogId,
    incarnation: connection.incarnationOf(first['origin']),
    readings: [...readings.values()],
  };
}

function addHead(readings: Map<Scope, ScopeReading & { readonly rows: LogRow[] }>, row: SqlRow) {
  if (row['scope'] === null) return;
  const scope = row['scope'] as Scope;
  const head = { version: Number(row['version']) as Version, appendId: row['id'] as AppendId };
  readings.set(scope, { scope, head, floor: Number(row['prev']) as Version, rows: [] });
}

function logRowOf(row: SqlRow): LogRow {
  return {
    version: Number(row['version']) as Version,
    appendId: row['id'] as AppendId,
    prevId: row['prev'] as AppendId,
    target: { kind: row['kind'] as TargetKind, key: row['key'] as string },
    origin: row['origin'] as string,
  };
}

/** Thrown where the meta row is missing. */
export function logGone(): LogUnavailableError {
  return new LogUnavailableError('the database holds no log any more: restore it, or restart');
}
