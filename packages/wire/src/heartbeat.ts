import { type Heartbeat, MESSAGE_LIMITS } from '@hearsay/protocol';
import type { Sequence } from '@hearsay/spi';
import { checkLength, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type { Heartbeat as WireHeartbeat } from './generated/hearsay.js';
import { readLeftOut, writeLeftOut } from './left-out.js';
import { readUpdates, writeUpdates } from './member-update.js';

export function writeHeartbeat({ beat, digest, updates }: Heartbeat): WireHeartbeat {
  checkLength(digest.heads, MESSAGE_LIMITS.headsMax, 'heads');
  const { hashLow, hashHigh } = digest;
  const heads = digest.heads.map(({ origin, sequence }) => ({
    origin: writeOrigin(origin),
    sequence,
  }));
  return {
    beat,
    heads,
    hashLow,
    hashHigh,
    updates: writeUpdates(updates),
    ...writeLeftOut(digest),
  };
}

/** One without its later fields, as before they were told, has none. */
export function readHeartbeat(kind: Heartbeat['kind'], wire: WireHeartbeat): Heartbeat {
  const { hashLow, hashHigh } = wire;
  const heads = wire.heads.map((head) => ({
    origin: readOrigin(head.origin),
    sequence: wholeNumber(head.sequence, 0, 'a head') as Sequence,
  }));
  return {
    kind,
    beat: wholeNumber(wire.beat, 0, 'a beat'),
    digest: { heads, hashLow, hashHigh, ...readLeftOut(wire) },
    updates: readUpdates(wire.updates),
  };
}
