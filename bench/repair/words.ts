/** What the measurements of repair speak of. */
import { createHash } from 'node:crypto';
import {
  type Announcement,
  type AppendId,
  type Epoch,
  keyOf,
  type LogId,
  nodeNameOf,
  type Origin,
  scopeOf,
  type Version,
} from '@hearsay/spi';

const LOG_ID = '0123456789abcdef0123456789abcdef' as LogId;

/** @returns one of as many origins as are wanted, with names of an ordinary length */
export function originOf(index: number): Origin {
  return { node: nodeNameOf(`cache-${index}`), epoch: hexOf(`epoch ${index}`) as Epoch };
}

/** @returns a logged invalidation of a key of about 40 characters */
export function announcementOf(index: number): Announcement {
  return {
    scope: scopeOf('products'),
    target: { kind: 'key', key: keyOf(`lake/catalog/warehouse/products/item-${index}`) },
    place: {
      logId: LOG_ID,
      version: (index + 1) as Version,
      appendId: hexOf(`append ${index}`) as AppendId,
      prevId: hexOf(`append ${index - 1}`) as AppendId,
    },
  };
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
