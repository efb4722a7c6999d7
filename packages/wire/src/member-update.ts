import {
  type AliveUpdate,
  type Incarnation,
  MEMBERSHIP_MESSAGE_LIMITS,
  METADATA_LIMITS,
  type MemberUpdate,
  type Metadata,
  metadataProblem,
  type SuspectUpdate,
} from '@hearsay/protocol';
import { FrameUnknownError } from './errors.js';
import {
  checkAddresses,
  checkLength,
  demand,
  isUint32,
  readOrigin,
  writeOrigin,
} from './fields.js';
import type {
  MemberUpdate as WireMemberUpdate,
  MetadataEntry as WireMetadataEntry,
} from './generated/hearsay.js';

/** The numbers that states and evidence have on the wire; append-only. */
const STATE_NUMBERS = { alive: 0, suspect: 1, dead: 2, left: 3 } as const satisfies Record<
  MemberUpdate['state'],
  number
>;
const EVIDENCE_NUMBERS = { closed: 0, silent: 1 } as const satisfies Record<
  SuspectUpdate['evidence'],
  number
>;

/** @throws {FrameTooLargeError | FrameInvalidError} too many updates, or what {@link writeUpdate} refuses */
export function writeUpdates(updates: readonly MemberUpdate[]): WireMemberUpdate[] {
  checkLength(updates, MEMBERSHIP_MESSAGE_LIMITS.updatesMax, 'updates');
  return updates.map(writeUpdate);
}

/** @throws {FrameTooLargeError | FrameInvalidError} what {@link readUpdate} would refuse */
export function writeUpdate(update: MemberUpdate): WireMemberUpdate {
  const { incarnation, state } = update;
  checkIncarnation(incarnation);
  const wire: WireMemberUpdate = {
    origin: writeOrigin(update.origin),
    incarnation,
    state: STATE_NUMBERS[state],
    addresses: [],
    metadata: [],
  };
  if (state === 'alive') {
    checkDescription(update);
    wire.addresses = [...update.addresses];
    wire.metadata = Object.entries(update.metadata).map(([key, value]) => ({ key, value }));
  } else if (state === 'suspect') {
    wire.by = writeOrigin(update.by);
    wire.evidence = EVIDENCE_NUMBERS[update.evidence];
  }
  return wire;
}

export function readUpdates(updates: readonly WireMemberUpdate[]): MemberUpdate[] {
  return updates.map(readUpdate);
}

/** @throws {FrameInvalidError | FrameUnknownError | NameInvalidError} the first field that is not valid */
export function readUpdate(wire: WireMemberUpdate): MemberUpdate {
  const origin = readOrigin(wire.origin);
  checkIncarnation(wire.incarnation);
  const incarnation = wire.incarnation as Incarnation;
  switch (wire.state) {
    case STATE_NUMBERS.alive: {
      demandNoAccusation(wire);
      const metadata = readMetadata(wire.metadata);
      const { addresses } = wire;
      const update: AliveUpdate = { state: 'alive', origin, incarnation, addresses, metadata };
      checkDescription(update);
      return update;
    }
    case STATE_NUMBERS.suspect: {
      demandNoDescription(wire);
      const by = readOrigin(wire.by);
      return { state: 'suspect', origin, incarnation, by, evidence: readEvidence(wire.evidence) };
    }
    case STATE_NUMBERS.dead:
      demandNothingMore(wire);
      return { state: 'dead', origin, incarnation };
    case STATE_NUMBERS.left:
      demandNothingMore(wire);
      return { state: 'left', origin, incarnation };
    default:
      throw new FrameUnknownError(`member state ${wire.state} is not known here; ignore the frame`);
  }
}

function readEvidence(number: number | undefined): SuspectUpdate['evidence'] {
  demand(number !== undefined, 'a suspicion has no evidence');
  switch (number) {
    case EVIDENCE_NUMBERS.closed:
      return 'closed';
    case EVIDENCE_NUMBERS.silent:
      return 'silent';
    default:
      throw new FrameUnknownError(`evidence ${number} is not known here; ignore the frame`);
  }
}

/** A key `__proto__` becomes a property like any other: `fromEntries` defines, it does not assign. */
function readMetadata(entries: readonly WireMetadataEntry[]): Metadata {
  const byKey = new Map(entries.map(({ key, value }) => [key, value]));
  demand(byKey.size === entries.length, 'a metadata key stands twice');
  return Object.fromEntries(byKey);
}

function checkIncarnation(incarnation: number): void {
  demand(isUint32(incarnation), 'an incarnation is not a 32-bit number');
}

function checkDescription({ addresses, metadata }: AliveUpdate): void {
  checkAddresses(addresses);
  checkLength(Object.keys(metadata), METADATA_LIMITS.entriesMax, 'metadata entries');
  const problem = metadataProblem(metadata);
  demand(problem === undefined, problem ?? '');
}

function demandNothingMore(wire: WireMemberUpdate): void {
  demandNoDescription(wire);
  demandNoAccusation(wire);
}

function demandNoDescription({ addresses, metadata }: WireMemberUpdate): void {
  demand(
    addresses.length === 0 && metadata.length === 0,
    'a member that is not alive is described',
  );
}

function demandNoAccusation({ by, evidence }: WireMemberUpdate): void {
  demand(by === undefined && evidence === undefined, 'a member that is not suspected is accused');
}
