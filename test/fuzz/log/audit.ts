/** The log itself, held against what was committed, when all writers have ended. */
import { GENESIS } from '@hearsay/spi';
import type { Counter, LoggedRow } from './stage/tables.ts';
import { ALONE } from './transaction.ts';
import { type Committed, idOf, idOfNamed, transactionOf } from './truth.ts';

/** Transactions of which the log has not all. */
export function missingIn(
  logged: ReadonlyMap<string, readonly LoggedRow[]>,
  committed: readonly Committed[],
): ReadonlySet<string> {
  const there = new Set([...logged.values()].flat().map(idOfRow));
  return new Set(committed.filter((row) => !there.has(idOfNamed(row))).map(transactionOf));
}

/** Rows of what was never committed. */
export function phantomsIn(
  logged: ReadonlyMap<string, readonly LoggedRow[]>,
  committed: readonly Committed[],
): readonly string[] {
  const known = new Set(committed.map(idOfNamed));
  return [...logged.values()]
    .flat()
    .filter((row) => !row.name.startsWith(ALONE) && !known.has(idOfRow(row)))
    .map(({ scope, version, name }) => `${scope} ${version} (${name}) was not committed`);
}

/** Rule L1: 1 … n without a gap, each row linked to the one before, the counter at the newest. */
export function breaksIn(
  logged: ReadonlyMap<string, readonly LoggedRow[]>,
  counters: readonly Counter[],
): readonly string[] {
  const scopes = new Set([...logged.keys(), ...counters.map(({ scope }) => scope)]);
  return [...scopes].flatMap((scope) => {
    const rows = logged.get(scope) ?? [];
    const broken = rows.find(
      ({ version, prevId }, at) =>
        version !== at + 1 || prevId !== (rows[at - 1]?.appendId ?? GENESIS),
    );
    if (broken) return [`the chain of ${scope} is broken at ${broken.version}`];
    const counter = counters.find((each) => each.scope === scope);
    const last = rows.at(-1);
    return counter?.version === (last?.version ?? 0) &&
      counter.appendId === (last?.appendId ?? GENESIS)
      ? []
      : [`the counter of ${scope} is ${counter?.version}, its newest row ${last?.version}`];
  });
}

function idOfRow({ scope, kind, name }: LoggedRow): string {
  return idOf(scope, { kind: kind as 'key', key: name });
}
