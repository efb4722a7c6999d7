import type { Origin } from '@hearsay/spi';
import type { MembershipEffect } from '../membership/index.js';
import type { MeshEffect } from '../mesh/index.js';
import type { NodeMessage } from './message.js';

/** Everything that a node of the mesh does. */
export type NodeEffect =
  | { readonly kind: 'send'; readonly to: Origin; readonly message: NodeMessage }
  | Exclude<MeshEffect, { readonly kind: 'send' }>
  | Exclude<MembershipEffect, { readonly kind: 'send' }>;
