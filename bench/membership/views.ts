/** What can be said of several members together, on the one clock of their news. */
import type { HostedMember } from '../../test/hosts/hosted-member.ts';
import { pause } from '../time.ts';

/** A view counts once it has stood for as long. */
const STABLE_MS = 1_000;
const LOOK_MS = 250;
const LINKED_MS_MAX = 60_000;

/**
 * Resolves once all have had one view for a second, in which exactly they are alive.
 * @returns when the last of them came to it
 */
export async function oneView(members: readonly HostedMember[]): Promise<number> {
  for (;;) {
    await Promise.all(members.map((member) => member.untilAlive(members)));
    const sinceMs = latestViewMs(members);
    await pause(STABLE_MS);
    const stands = members.every((member) => member.seesAlive(members));
    if (!stands || latestViewMs(members) !== sinceMs) continue;
    const hashes = new Set(members.map(({ view }) => view.hash));
    if (hashes.size !== 1) throw new Error(`equal views have ${hashes.size} hashes`);
    return sinceMs;
  }
}

function latestViewMs(members: readonly HostedMember[]): number {
  return Math.max(...members.map(({ viewSinceMs }) => viewSinceMs));
}

/** Resolves once each is linked to all others. */
export async function untilLinked(members: readonly HostedMember[]): Promise<void> {
  for (let waitedMs = 0; waitedMs < LINKED_MS_MAX; waitedMs += LOOK_MS) {
    const inspections = await Promise.all(members.map((member) => member.inspect()));
    if (inspections.every(({ peers }) => peers.length === members.length - 1)) return;
    await pause(LOOK_MS);
  }
  throw new Error(`${members.length} members are not all linked within ${LINKED_MS_MAX} ms`);
}

/** @returns how many milliseconds after the kill each knows that it is dead */
export function knownDeadMs(
  witnesses: readonly HostedMember[],
  { origin }: HostedMember,
  killedMs: number,
): Promise<number[]> {
  return Promise.all(
    witnesses.map(async (witness) => {
      const { atMs } = await witness.untilNews(
        killedMs,
        (item) => item.kind === 'view' && item.states[origin] === 'dead',
        `the death of ${origin}`,
      );
      return atMs - killedMs;
    }),
  );
}

/** @returns how often any of them has declared another dead so far */
export async function deathsDeclared(members: readonly HostedMember[]): Promise<number> {
  const inspections = await Promise.all(members.map((member) => member.inspect()));
  return inspections.reduce((sum, { counters }) => sum + (counters['deaths'] ?? 0), 0);
}
