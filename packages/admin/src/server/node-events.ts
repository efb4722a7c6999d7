import type { Drop, NodeEvent } from '../port.js';
import type { EventRing } from './event-ring.js';

/** What subscribers are told of what happens in a node. */
export function pushEvent(ring: EventRing, event: NodeEvent): void {
  switch (event.kind) {
    case 'drop':
      pushDrop(ring, event.drop);
      break;
    case 'applied': {
      const { scope, appliedThrough, via } = event;
      ring.push('applied', scope, { scope, appliedThrough, via });
      break;
    }
    case 'reset': {
      const { scope, reason } = event.reset;
      ring.push('reset', scope, { scope, reason });
      break;
    }
    case 'coherence':
      ring.push('coherence', undefined, { coherence: event.coherence });
      break;
    case 'member': {
      const { member, before } = event.change;
      const { state, reason } = member;
      ring.push('member', undefined, { ...member.origin, state, before: before ?? null, reason });
      break;
    }
  }
}

function pushDrop(ring: EventRing, { scope, target, via, from, place, atMs }: Drop): void {
  ring.push('invalidate', scope, {
    scope,
    ...target,
    via,
    from: from ? { node: from.node, epoch: from.epoch } : null,
    version: place?.version ?? null,
    atMs,
  });
}
