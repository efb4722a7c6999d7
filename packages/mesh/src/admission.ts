import { randomBytes } from 'node:crypto';
import { LIMITS, type Logger, type Origin } from '@hearsay/spi';
import { ADMISSION_LIMITS, decodeHello, encodeHello, type Hello } from '@hearsay/wire';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import type { ClusterKey } from './cluster-key.js';
import { type AdmissionRefusal, AdmissionRefusedError } from './errors.js';
import { Conversation } from './framed-stream.js';

export const ADMISSION_PROTOCOL = '/hearsay/admission/1';

/** The versions of the link protocol that this release speaks. */
const PROTOCOL_VERSIONS = { min: 1, max: 1 } as const;

const DEADLINE_MS = 5_000;
const NONCE_BYTES = 24;

/** A connection whose other side has proven to be a member. */
export interface Admitted {
  readonly peer: Origin;
  readonly addresses: readonly string[];
  readonly connection: Connection;
  /** The dialler's nonce: what both sides can compare two connections by. */
  readonly tie: string;
}

export interface AdmissionOptions {
  readonly self: Origin;
  readonly peerId: PeerId;
  readonly key: ClusterKey;
  readonly logger: Logger;
  readonly addresses: () => readonly string[];
  readonly onAdmitted: (admitted: Admitted) => void;
  readonly onRefused: (reason: AdmissionRefusal) => void;
}

/**
 * Lets no stranger in. Both sides of a connection say who they are and prove, by a MAC over both
 * hellos and both peer IDs (which Noise has authenticated), that they hold the cluster's key. Until
 * then nothing else is sent to the peer or read from it. The dialler proves first.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #outcomes = new WeakMap<Connection, PromiseWithResolvers<Admitted | undefined>>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** Begins the dialler's side, or waits for it: whoever is not admitted in time is cut off. */
  opened(connection: Connection): void {
    const outcome = this.#outcome(connection);
    const deadline = setTimeout(
      () => this.#refuse(connection, new AdmissionRefusedError('timeout', 'no admission in time')),
      DEADLINE_MS,
    );
    void outcome.promise.finally(() => clearTimeout(deadline));
    if (connection.direction === 'outbound')
      this.#dialler(connection).catch((error: unknown) => this.#refuse(connection, error));
  }

  /** The listener's side: the handler of {@link ADMISSION_PROTOCOL}. */
  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      await this.#listener(stream, connection);
    } catch (error) {
      this.#refuse(connection, error);
    }
  };

  /** @returns who is at the other end, once admitted; `undefined` when refused */
  admitted(connection: Connection): Promise<Admitted | undefined> {
    return this.#outcome(connection).promise;
  }

  async #dialler(connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const stream = await connection.newStream(ADMISSION_PROTOCOL, { signal });
    const conversation = new Conversation(stream, ADMISSION_LIMITS.frameBytesMax);
    const mine = this.#hello();
    conversation.write(mine);
    const theirs = await conversation.read();
    const hello = expectHello(theirs);
    this.#check(hello);
    const transcript = [mine, theirs, ...this.#ids(connection, 'dialler')];
    const mac = this.#options.key.prove('dialler', transcript);
    conversation.write(encodeHello({ kind: 'proof', mac }));
    this.#expectProof('listener', await conversation.read(), transcript);
    this.#admit(connection, hello, mine);
    await stream.close().catch(() => stream.abort(new Error('closing failed')));
  }

  async #listener(stream: Stream, connection: Connection): Promise<void> {
    const conversation = new Conversation(stream, ADMISSION_LIMITS.frameBytesMax);
    try {
      const theirs = await conversation.read();
      const hello = expectHello(theirs);
      this.#check(hello);
      const mine = this.#hello();
      conversation.write(mine);
      const transcript = [theirs, mine, ...this.#ids(connection, 'listener')];
      this.#expectProof('dialler', await conversation.read(), transcript);
      // Admitted before the peer learns of it, so that its first streams are answered.
      this.#admit(connection, hello, theirs);
      const mac = this.#options.key.prove('listener', transcript);
      conversation.write(encodeHello({ kind: 'proof', mac }));
    } catch (error) {
      if (error instanceof AdmissionRefusedError && stream.writeStatus === 'writable')
        conversation.write(
          encodeHello({ kind: 'refusal', code: error.reason, reason: error.message.slice(0, 256) }),
        );
      throw error;
    } finally {
      await stream.close().catch(() => undefined);
    }
  }

  #hello(): Uint8Array {
    return encodeHello({
      kind: 'hello',
      ...this.#options.self,
      nonce: randomBytes(NONCE_BYTES),
      versionMin: PROTOCOL_VERSIONS.min,
      versionMax: PROTOCOL_VERSIONS.max,
      features: 0,
      addresses: this.#options.addresses().slice(0, LIMITS.addressesPerNodeMax),
    });
  }

  #ids(connection: Connection, role: 'dialler' | 'listener'): Uint8Array[] {
    const mine = this.#options.peerId.toMultihash().bytes;
    const theirs = connection.remotePeer.toMultihash().bytes;
    return role === 'dialler' ? [mine, theirs] : [theirs, mine];
  }

  #check(hello: Hello): void {
    const { self } = this.#options;
    if (hello.versionMin > PROTOCOL_VERSIONS.max || hello.versionMax < PROTOCOL_VERSIONS.min)
      throw new AdmissionRefusedError(
        'version',
        `speaks versions ${hello.versionMin} to ${hello.versionMax}, not ${PROTOCOL_VERSIONS.max}: upgrade the older`,
      );
    if (hello.node === self.node)
      throw hello.epoch === self.epoch
        ? new AdmissionRefusedError('self', 'dialled itself')
        : new AdmissionRefusedError(
            'name',
            `another live process is named ${self.node}: rename one`,
          );
  }

  #expectProof(role: 'dialler' | 'listener', bytes: Uint8Array, transcript: Uint8Array[]): void {
    const message = decodeHello(bytes);
    if (message.kind === 'refusal')
      throw new AdmissionRefusedError(refusalOf(message.code), message.reason);
    if (message.kind !== 'proof' || !this.#options.key.verify(role, transcript, message.mac))
      throw new AdmissionRefusedError('key', 'does not hold the cluster key');
  }

  #admit(connection: Connection, hello: Hello, diallersHello: Uint8Array): void {
    const { node, epoch, addresses } = hello;
    const tie = Buffer.from(expectHello(diallersHello).nonce).toString('hex');
    const admitted = { peer: { node, epoch }, addresses, connection, tie };
    this.#outcome(connection).resolve(admitted);
    this.#options.onAdmitted(admitted);
  }

  #refuse(connection: Connection, error: unknown): void {
    const reason = error instanceof AdmissionRefusedError ? error.reason : 'foreign';
    const address = connection.remoteAddr.toString();
    const text = error instanceof Error ? error.message : String(error);
    this.#outcome(connection).resolve(undefined);
    this.#options.onRefused(reason);
    const fields = { code: 'HEARSAY_ADMISSION_REFUSED', reason, address };
    if (reason === 'self') this.#options.logger.debug(fields, 'dialled itself');
    else this.#options.logger.warn(fields, `peer not admitted: ${text}`);
    // Closed, not reset: a refusal that is on its way may still be read.
    void connection.close().catch(() => connection.abort(new Error('not admitted')));
  }

  #outcome(connection: Connection): PromiseWithResolvers<Admitted | undefined> {
    let outcome = this.#outcomes.get(connection);
    if (!outcome) {
      outcome = Promise.withResolvers();
      this.#outcomes.set(connection, outcome);
    }
    return outcome;
  }
}

function expectHello(bytes: Uint8Array): Hello {
  const message = decodeHello(bytes);
  if (message.kind === 'refusal')
    throw new AdmissionRefusedError(refusalOf(message.code), message.reason);
  if (message.kind !== 'hello')
    throw new AdmissionRefusedError('foreign', `sent ${message.kind} in place of hello`);
  return message;
}

function refusalOf(code: string): AdmissionRefusal {
  return code === 'key' || code === 'version' || code === 'name' ? code : 'foreign';
}
