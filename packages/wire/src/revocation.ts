import { MESSAGE_LIMITS } from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  type DatabaseIncarnation,
  databaseIncarnationOf,
  LIMITS,
  type LogId,
  type LogPlace,
} from '@hearsay/spi';
import { readAnnouncement, writeAnnouncement } from './events.js';
import { bytesOf, checkLength, demand, hexOf } from './fields.js';
import { type Body, openFrame, sealFrame } from './frame.js';
import { Revoke as WireRevoke, Revoked as WireRevoked } from './generated/hearsay.js';

/** An announcement of what is committed. */
export type PlacedAnnouncement = Announcement & { readonly place: LogPlace };

/** What a revoker and a holder say to each other (rule S3). */
export type RevokeMessage =
  /** At most `MESSAGE_LIMITS.eventsMax`, all with a place in this log. */
  | {
      readonly kind: 'revoke';
      readonly logId: LogId;
      readonly announcements: readonly PlacedAnnouncement[];
    }
  /** They are dropped, by one who follows this log in this life of its database. */
  | {
      readonly kind: 'revoked';
      readonly logId: LogId;
      readonly incarnation: DatabaseIncarnation;
      /** Of the announcements, in their order. */
      readonly appendIds: readonly AppendId[];
    };

/** The number of each kind in RevokeFrame; append-only. */
const FIELDS = { revoke: 1, revoked: 2 } as const;

/**
 * @returns what fits a question to a member, and an answer
 * @throws {FrameTooLargeError | FrameInvalidError | NameInvalidError} what {@link decodeRevoke} would refuse
 */
export function encodeRevoke(message: RevokeMessage): Uint8Array {
  const logId = bytesOf(message.logId, 16, 'the log id');
  switch (message.kind) {
    case 'revoke': {
      const { announcements } = message;
      checkLength(announcements, MESSAGE_LIMITS.eventsMax, 'announcements');
      for (const { place } of announcements) checkPlace(place, message.logId);
      const written = announcements.map((each) => writeAnnouncement(each, message.logId));
      const revoke = { logId, announcements: written };
      return sealFrame(FIELDS.revoke, WireRevoke.codec(), revoke, LIMITS.questionBytesMax);
    }
    case 'revoked': {
      checkLength(message.appendIds, MESSAGE_LIMITS.eventsMax, 'append ids');
      const incarnation = databaseIncarnationOf(message.incarnation);
      const appendIds = message.appendIds.map((id) => bytesOf(id, 8, 'an append id'));
      const revoked = { logId, incarnation, appendIds };
      return sealFrame(FIELDS.revoked, WireRevoked.codec(), revoked, LIMITS.answerBytesMax);
    }
  }
}

/**
 * @param bytes from any member
 * @throws {FrameTooLargeError} the frame or a list in it is above its limit
 * @throws {FrameUnknownError} a kind of a newer minor version
 * @throws {FrameInvalidError} anything else; never another error
 */
export function decodeRevoke(bytes: Uint8Array): RevokeMessage {
  return openFrame(bytes, LIMITS.answerBytesMax, readBody);
}

function readBody(field: number, body: Body): RevokeMessage | undefined {
  switch (field) {
    case FIELDS.revoke: {
      const wire = body(WireRevoke.codec());
      const logId = hexOf(wire.logId, 16, 'a log id') as LogId;
      const announcements = wire.announcements.map((each) => {
        const { place, ...hint } = readAnnouncement(each, logId);
        return { ...hint, place: checkPlace(place, logId) };
      });
      return { kind: 'revoke', logId, announcements };
    }
    case FIELDS.revoked: {
      const wire = body(WireRevoked.codec());
      return {
        kind: 'revoked',
        logId: hexOf(wire.logId, 16, 'a log id') as LogId,
        incarnation: databaseIncarnationOf(wire.incarnation),
        appendIds: wire.appendIds.map((id) => hexOf(id, 8, 'an append id') as AppendId),
      };
    }
    default:
      return undefined;
  }
}

/** @throws {FrameInvalidError} */
function checkPlace(place: LogPlace | undefined, logId: LogId): LogPlace {
  demand(place?.logId === logId, 'what is revoked has no place in its log');
  return place as LogPlace;
}
