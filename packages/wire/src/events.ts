import { type EventRun, MESSAGE_LIMITS } from '@hearsay/protocol';
import {
  type Announcement,
  type AppendId,
  keyOf,
  type LogId,
  type LogPlace,
  type Sequence,
  scopeOf,
  type Target,
  tagOf,
  type Version,
} from '@hearsay/spi';
import { FrameInvalidError, FrameUnknownError } from './errors.js';
import { bytesOf, checkLength, hexOf, readOrigin, wholeNumber, writeOrigin } from './fields.js';
import type {
  Announcement as WireAnnouncement,
  Events as WireEvents,
  Run as WireRun,
} from './generated/hearsay.js';

/** The numbers that target kinds have on the wire; append-only. */
const KIND_NUMBERS = { key: 0, prefix: 1, tag: 2, scope: 3 } as const;

/** @throws {FrameTooLargeError} more runs or events than a message may hold */
export function writeRuns(runs: readonly EventRun[]): WireEvents {
  checkLength(runs, MESSAGE_LIMITS.runsMax, 'runs');
  const events: WireEvents = { runs: [], announcements: [] };
  for (const run of runs) {
    const logId = run.announcements.find((announcement) => announcement.place)?.place?.logId;
    const wire: WireRun = {
      origin: writeOrigin(run.origin),
      first: run.first,
      count: run.announcements.length,
    };
    if (logId !== undefined) wire.logId = bytesOf(logId, 16, 'the log id');
    events.runs.push(wire);
    for (const announcement of run.announcements)
      events.announcements.push(writeAnnouncement(announcement, logId));
  }
  checkLength(events.announcements, MESSAGE_LIMITS.eventsMax, 'events');
  return events;
}

/** @param runLogId the log of a place that is written without naming it */
export function writeAnnouncement(
  { scope, target, place }: Announcement,
  runLogId: LogId | undefined,
): WireAnnouncement {
  const wire: WireAnnouncement = { scope, kind: KIND_NUMBERS[target.kind], key: target.key };
  if (place === undefined) return wire;
  wire.version = place.version;
  wire.appendId = bytesOf(place.appendId, 8, 'the append id');
  wire.prevId = bytesOf(place.prevId, 8, 'the previous append id');
  if (place.logId !== runLogId) wire.logId = bytesOf(place.logId, 16, 'the log id');
  return wire;
}

/** @throws {FrameInvalidError | FrameUnknownError | NameInvalidError} the first field that is not valid */
export function readRuns(events: WireEvents): EventRun[] {
  let used = 0;
  const runs = events.runs.map((wire): EventRun => {
    const announcements = events.announcements.slice(used, used + wire.count);
    if (wire.count === 0 || announcements.length !== wire.count)
      throw new FrameInvalidError('a run is empty or longer than the list of announcements');
    used += wire.count;
    const first = wholeNumber(wire.first, 1, 'the sequence of a run');
    wholeNumber(first + (wire.count - 1), 1, 'the last sequence of a run');
    const logId = wire.logId && (hexOf(wire.logId, 16, 'a log id') as LogId);
    return {
      origin: readOrigin(wire.origin),
      first: first as Sequence,
      announcements: announcements.map((announcement) => readAnnouncement(announcement, logId)),
    };
  });
  if (used !== events.announcements.length)
    throw new FrameInvalidError('an announcement belongs to no run');
  return runs;
}

/** @throws {FrameInvalidError | FrameUnknownError | NameInvalidError} the first field that is not valid */
export function readAnnouncement(
  wire: WireAnnouncement,
  runLogId: LogId | undefined,
): Announcement {
  const scope = scopeOf(wire.scope);
  const target = readTarget(wire.kind, wire.key);
  const place = readPlace(wire, runLogId);
  return place === undefined ? { scope, target } : { scope, target, place };
}

function readTarget(kind: number, key: string): Target {
  switch (kind) {
    case KIND_NUMBERS.key:
      return { kind: 'key', key: keyOf(key) };
    case KIND_NUMBERS.prefix:
      return { kind: 'prefix', key: keyOf(key) };
    case KIND_NUMBERS.tag:
      return { kind: 'tag', key: tagOf(key) };
    case KIND_NUMBERS.scope:
      if (key !== '') throw new FrameInvalidError('the invalidation of a whole scope names a key');
      return { kind: 'scope', key: '' };
    default:
      throw new FrameUnknownError(`target kind ${kind} is not known here; ignore the frame`);
  }
}

function readPlace(wire: WireAnnouncement, runLogId: LogId | undefined): LogPlace | undefined {
  const { version, appendId, prevId, logId } = wire;
  if (version === undefined) {
    if (appendId ?? prevId ?? logId) throw new FrameInvalidError('a hint has a link or a log');
    return undefined;
  }
  const placeLogId = logId ? (hexOf(logId, 16, 'a log id') as LogId) : runLogId;
  if (placeLogId === undefined) throw new FrameInvalidError('a place names no log');
  return {
    logId: placeLogId,
    version: wholeNumber(version, 1, 'a version') as Version,
    appendId: hexOf(appendId, 8, 'an append id') as AppendId,
    prevId: hexOf(prevId, 8, 'a previous append id') as AppendId,
  };
}
