import type { Epoch, NodeName, Origin } from '@hearsay/spi';
import type { Incarnation, Member, MemberState } from './member.js';
import type { MembershipMessage } from './message.js';

/** Everything that a node's membership does. */
export type MembershipEffect =
  /** Only ever to a linked peer. */
  | { readonly kind: 'send'; readonly to: Origin; readonly message: MembershipMessage }
  /** Not linked and perhaps alive: dial its addresses. Asked again, with back-off, until it is linked or forgotten. */
  | { readonly kind: 'connect'; readonly member: Member }
  /**
   * The view changed; in order. `before` is `undefined` for who is new; equal to the state when only
   * addresses or metadata changed, or (reason `expired`) when the member is forgotten.
   */
  | {
      readonly kind: 'changed';
      readonly member: Member;
      readonly before: MemberState | undefined;
    }
  /** Somebody took this node for suspect or dead; it said otherwise. */
  | { readonly kind: 'refuted'; readonly incarnation: Incarnation }
  /** Two live processes of one name both answer: an error of whoever started them (rule S5). Both stay members. */
  | {
      readonly kind: 'name-conflict';
      readonly node: NodeName;
      readonly epochs: readonly Epoch[];
    };
