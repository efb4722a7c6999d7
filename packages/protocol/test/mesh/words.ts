import type { Announcement, Epoch, NodeName, Origin, Scope, Sequence } from '@hearsay/spi';
import type { MeshEffect } from '../../src/mesh/effect.js';
import type { EventRun, MeshMessage, SequenceRange } from '../../src/mesh/message.js';

/** Short ways to write what the mesh machine speaks of. */

export function originOf(node: string, life = 1): Origin {
  return { node: node as NodeName, epoch: life.toString(16).padStart(16, '0') as Epoch };
}

export function announce(key: string): Announcement {
  return { scope: 'table' as Scope, target: { kind: 'key', key } };
}

/** @returns the run of the events first..last; the key of each tells its sequence */
export function run(origin: Origin, first: number, last = first): EventRun {
  const announcements: Announcement[] = [];
  for (let s = first; s <= last; s++) announcements.push(announce(`${origin.node}/${s}`));
  return { origin, first: first as Sequence, announcements };
}

export function range(origin: Origin, from: number, to = from): SequenceRange {
  return { origin, from: from as Sequence, to: to as Sequence };
}

export function sequencesOf(effects: readonly MeshEffect[]): number[] {
  return effects
    .filter((effect) => effect.kind === 'deliver')
    .flatMap((effect) => effect.events.map((event) => event.sequence));
}

/** @returns the messages of one kind among the effects, with whom they go to */
export function sent<K extends MeshMessage['kind']>(
  effects: readonly MeshEffect[],
  kind: K,
): (Extract<MeshMessage, { kind: K }> & { to: Origin })[] {
  return effects.flatMap((effect) =>
    effect.kind === 'send' && effect.message.kind === kind
      ? [{ ...(effect.message as Extract<MeshMessage, { kind: K }>), to: effect.to }]
      : [],
  );
}

export function gapsOf(effects: readonly MeshEffect[]) {
  return effects.filter((effect) => effect.kind === 'open-gap');
}
