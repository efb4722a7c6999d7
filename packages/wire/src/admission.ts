import { type Epoch, type NodeName, nodeNameOf } from '@hearsay/spi';
import {
  checkAddresses,
  checkLength,
  demand,
  isPrintable,
  isUint32,
  readOrigin,
  writeOrigin,
} from './fields.js';
import { type Body, openFrame, sealFrame } from './frame.js';
import {
  Hello as WireHello,
  Proof as WireProof,
  Refusal as WireRefusal,
} from './generated/hearsay.js';

/** The first word of each side: who it is and what it speaks. Nothing in it is proven yet. */
export interface Hello {
  readonly kind: 'hello';
  readonly node: NodeName;
  readonly epoch: Epoch;
  /** 16 … 32 random bytes, fresh for this connection. */
  readonly nonce: Uint8Array;
  /** The protocol versions that the sender speaks, 1 ≤ min ≤ max ≤ 2³²−1. */
  readonly versionMin: number;
  readonly versionMax: number;
  /** A set of bits, 0 … 2³²−1; unknown bits are ignored. */
  readonly features: number;
  /** `host:port`; what others shall dial. */
  readonly addresses: readonly string[];
  /**
   * 0 … 8 names of 8 bytes each, for the cluster keys that the sender offers. None, as before keys
   * had names, stands for the sender's primary key.
   */
  readonly keyIds: readonly Uint8Array[];
}

/** Shows that the sender holds a key of the cluster. */
export interface Proof {
  readonly kind: 'proof';
  /** 32 bytes. */
  readonly mac: Uint8Array;
}

/** Why the sender will not admit the other side. */
export interface Refusal {
  readonly kind: 'refusal';
  /** 1 … 64 printable ASCII characters without spaces. */
  readonly code: string;
  /** For people: 0 … 256 characters without control characters. */
  readonly reason: string;
}

/** Everything that two nodes say to each other before admission. */
export type AdmissionMessage = Hello | Proof | Refusal;

/** Bounds of the admission messages, inclusive; names and addresses are bounded by `LIMITS`. */
export const ADMISSION_LIMITS = {
  frameBytesMax: 8192,
  nonceBytesMin: 16,
  nonceBytesMax: 32,
  macBytes: 32,
  keyIdsMax: 8,
  keyIdBytes: 8,
  codeCharsMax: 64,
  reasonCharsMax: 256,
} as const;

/** The number of each kind in AdmissionFrame; append-only. */
const FIELDS = { hello: 1, proof: 2, refusal: 3 } as const;

const CONTROL = /\p{Cc}/u;

/** @throws {FrameInvalidError | FrameTooLargeError | NameInvalidError} what {@link decodeHello} would refuse */
export function encodeHello(message: AdmissionMessage): Uint8Array {
  check(message);
  const bytesMax = ADMISSION_LIMITS.frameBytesMax;
  switch (message.kind) {
    case 'hello': {
      const { versionMin, versionMax, features } = message;
      const origin = writeOrigin(message);
      const nonce = Uint8Array.from(message.nonce);
      const addresses = [...message.addresses];
      const keyIds = message.keyIds.map((id) => Uint8Array.from(id));
      const hello = { origin, nonce, versionMin, versionMax, features, addresses, keyIds };
      return sealFrame(FIELDS.hello, WireHello.codec(), hello, bytesMax);
    }
    case 'proof': {
      const proof = { mac: Uint8Array.from(message.mac) };
      return sealFrame(FIELDS.proof, WireProof.codec(), proof, bytesMax);
    }
    case 'refusal':
      return sealFrame(FIELDS.refusal, WireRefusal.codec(), message, bytesMax);
  }
}

/**
 * @param bytes one frame without its length prefix, from anyone
 * @returns the whole message, every field checked
 * @throws {FrameTooLargeError} the frame or a list in it is above its limit
 * @throws {FrameUnknownError} a kind of a newer minor version
 * @throws {FrameInvalidError} anything else; never another error
 */
export function decodeHello(bytes: Uint8Array): AdmissionMessage {
  return openFrame(bytes, ADMISSION_LIMITS.frameBytesMax, (field, body) => {
    const message = readBody(field, body);
    if (message !== undefined) check(message);
    return message;
  });
}

function readBody(field: number, body: Body): AdmissionMessage | undefined {
  switch (field) {
    case FIELDS.hello:
      return readHello(body(WireHello.codec()));
    case FIELDS.proof:
      return { kind: 'proof', mac: Uint8Array.from(body(WireProof.codec()).mac) };
    case FIELDS.refusal:
      return { kind: 'refusal', ...body(WireRefusal.codec()) };
    default:
      return undefined;
  }
}

/** Bytes are copied: what outlives the frame must not hold its whole buffer. */
function readHello({ origin, nonce, keyIds, ...rest }: WireHello): Hello {
  return {
    kind: 'hello',
    ...readOrigin(origin),
    nonce: Uint8Array.from(nonce),
    versionMin: rest.versionMin,
    versionMax: rest.versionMax,
    features: rest.features,
    addresses: rest.addresses,
    keyIds: keyIds.map((id) => Uint8Array.from(id)),
  };
}

function check(message: AdmissionMessage): void {
  switch (message.kind) {
    case 'hello':
      checkHello(message);
      break;
    case 'proof':
      demand(message.mac.length === ADMISSION_LIMITS.macBytes, 'the MAC is not 32 bytes');
      break;
    case 'refusal':
      checkRefusal(message);
      break;
  }
}

function checkRefusal({ code, reason }: Refusal): void {
  demand(
    isPrintable(code, ADMISSION_LIMITS.codeCharsMax),
    'the code of the refusal is not 1 to 64 printable characters',
  );
  demand(
    reason.length <= ADMISSION_LIMITS.reasonCharsMax &&
      !CONTROL.test(reason) &&
      reason.isWellFormed(),
    'the reason of the refusal is not 0 to 256 characters without control characters',
  );
}

function checkHello(hello: Hello): void {
  const { nonce, versionMin, versionMax, features, addresses, keyIds } = hello;
  nodeNameOf(hello.node);
  demand(
    nonce.length >= ADMISSION_LIMITS.nonceBytesMin &&
      nonce.length <= ADMISSION_LIMITS.nonceBytesMax,
    'the nonce is not 16 to 32 bytes',
  );
  demand(
    isUint32(versionMin) && isUint32(versionMax) && versionMin >= 1 && versionMin <= versionMax,
    'the versions are not 1 ≤ min ≤ max',
  );
  demand(isUint32(features), 'the features are not a 32-bit set');
  checkAddresses(addresses);
  checkLength(keyIds, ADMISSION_LIMITS.keyIdsMax, 'key ids');
  for (const id of keyIds)
    demand(id.length === ADMISSION_LIMITS.keyIdBytes, 'a key id is not 8 bytes');
}
