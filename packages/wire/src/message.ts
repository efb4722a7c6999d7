import { MESSAGE_LIMITS, type NodeMessage } from '@hearsay/protocol';
import type { Codec } from 'protons-runtime';
import { readRuns, writeRuns } from './events.js';
import { type Body, openFrame, sealFrame } from './frame.js';
import {
  Difference,
  Events,
  Heartbeat,
  Leave,
  Members,
  PingRequest,
  PingResult,
  Ranges,
  Sketch,
  SketchRequest,
  Vector,
} from './generated/hearsay.js';
import { readHeartbeat, writeHeartbeat } from './heartbeat.js';
import {
  readMembers,
  readPingRequest,
  readPingResult,
  writeMembers,
  writePingRequest,
  writePingResult,
} from './membership.js';
import { readRanges, writeRanges } from './repair.js';
import {
  readDifference,
  readSketch,
  readSketchRequest,
  writeDifference,
  writeSketch,
  writeSketchRequest,
} from './sketch.js';
import { readVector, writeVector } from './vector.js';

/** The number of each kind in MeshFrame; append-only. */
const FIELDS = {
  events: 1,
  heartbeat: 2,
  'heartbeat-ack': 3,
  vector: 4,
  pull: 5,
  missing: 6,
  leave: 7,
  'ping-request': 8,
  'ping-result': 9,
  members: 10,
  sketch: 11,
  'sketch-request': 12,
  difference: 13,
} as const satisfies Record<NodeMessage['kind'], number>;

/**
 * @returns one frame of at most `MESSAGE_LIMITS.frameBytesMax` bytes
 * @throws {FrameTooLargeError} the frame or a list in it is above its limit
 * @throws {FrameInvalidError} an id is not hex of its length, the ranges of a vector overlap, or
 *   what is said about a member is out of its bounds
 */
export function encodeMessage(message: NodeMessage): Uint8Array {
  // biome-ignore lint/nursery/useExhaustiveSwitchCases: it does not resolve Extract<…>; tsc does
  switch (message.kind) {
    case 'events':
      return seal(message, Events.codec(), writeRuns(message.runs));
    case 'heartbeat':
    case 'heartbeat-ack':
      return seal(message, Heartbeat.codec(), writeHeartbeat(message));
    case 'vector':
      return seal(message, Vector.codec(), writeVector(message));
    case 'sketch':
      return seal(message, Sketch.codec(), writeSketch(message));
    case 'sketch-request':
      return seal(message, SketchRequest.codec(), writeSketchRequest(message));
    case 'difference':
      return seal(message, Difference.codec(), writeDifference(message));
    case 'pull':
    case 'missing':
      return seal(message, Ranges.codec(), writeRanges(message.ranges));
    case 'leave':
      return seal(message, Leave.codec(), {});
    case 'ping-request':
      return seal(message, PingRequest.codec(), writePingRequest(message));
    case 'ping-result':
      return seal(message, PingResult.codec(), writePingResult(message));
    case 'members':
      return seal(message, Members.codec(), writeMembers(message));
  }
}

/**
 * @param bytes one frame without its length prefix, from anyone
 * @returns the whole message, every field checked
 * @throws {FrameTooLargeError} the frame or a list in it is above its limit
 * @throws {FrameUnknownError} a kind of message or target, or a state or evidence of a member, of a
 *   newer minor version
 * @throws {FrameInvalidError} anything else; never another error
 */
export function decodeMessage(bytes: Uint8Array): NodeMessage {
  return openFrame(bytes, MESSAGE_LIMITS.frameBytesMax, readBody);
}

function seal<Wire>(message: NodeMessage, codec: Codec<Wire>, wire: Wire): Uint8Array {
  return sealFrame(FIELDS[message.kind], codec, wire, MESSAGE_LIMITS.frameBytesMax);
}

function readBody(field: number, body: Body): NodeMessage | undefined {
  switch (field) {
    case FIELDS.events:
      return { kind: 'events', runs: readRuns(body(Events.codec())) };
    case FIELDS.heartbeat:
      return readHeartbeat('heartbeat', body(Heartbeat.codec()));
    case FIELDS['heartbeat-ack']:
      return readHeartbeat('heartbeat-ack', body(Heartbeat.codec()));
    case FIELDS.vector:
      return readVector(body(Vector.codec()));
    case FIELDS.sketch:
      return readSketch(body(Sketch.codec()));
    case FIELDS['sketch-request']:
      return readSketchRequest(body(SketchRequest.codec()));
    case FIELDS.difference:
      return readDifference(body(Difference.codec()));
    case FIELDS.pull:
      return { kind: 'pull', ranges: readRanges(body(Ranges.codec())) };
    case FIELDS.missing:
      return { kind: 'missing', ranges: readRanges(body(Ranges.codec())) };
    case FIELDS.leave:
      body(Leave.codec());
      return { kind: 'leave' };
    case FIELDS['ping-request']:
      return readPingRequest(body(PingRequest.codec()));
    case FIELDS['ping-result']:
      return readPingResult(body(PingResult.codec()));
    case FIELDS.members:
      return readMembers(body(Members.codec()));
    default:
      return undefined;
  }
}
