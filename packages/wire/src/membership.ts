import { MEMBERSHIP_MESSAGE_LIMITS, type NodeMessage } from '@hearsay/protocol';
import { checkLength, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type {
  Members as WireMembers,
  PingRequest as WirePingRequest,
  PingResult as WirePingResult,
} from './generated/hearsay.js';
import { readUpdate, readUpdates, writeUpdate, writeUpdates } from './member-update.js';

type Message<Kind extends NodeMessage['kind']> = Extract<NodeMessage, { readonly kind: Kind }>;

export function writePingRequest(message: Message<'ping-request'>): WirePingRequest {
  return writePing(message);
}

export function readPingRequest(wire: WirePingRequest): Message<'ping-request'> {
  return { kind: 'ping-request', ...readPing(wire) };
}

export function writePingResult(message: Message<'ping-result'>): WirePingResult {
  return { ...writePing(message), acked: message.acked };
}

export function readPingResult(wire: WirePingResult): Message<'ping-result'> {
  return { kind: 'ping-result', ...readPing(wire), acked: wire.acked };
}

/** @throws {FrameTooLargeError} more members than a message may hold */
export function writeMembers({ members, reply }: Message<'members'>): WireMembers {
  checkLength(members, MEMBERSHIP_MESSAGE_LIMITS.membersMax, 'members');
  return { members: members.map(writeUpdate), reply };
}

export function readMembers({ members, reply }: WireMembers): Message<'members'> {
  return { kind: 'members', members: members.map(readUpdate), reply };
}

function writePing({ sequence, target, updates }: Message<'ping-request' | 'ping-result'>) {
  return {
    sequence: wholeNumber(sequence, 1, 'the sequence of a ping'),
    target: writeOrigin(target),
    updates: writeUpdates(updates),
  };
}

function readPing({ sequence, target, updates }: WirePingRequest) {
  return {
    sequence: wholeNumber(sequence, 1, 'the sequence of a ping'),
    target: readOrigin(target),
    updates: readUpdates(updates),
  };
}
