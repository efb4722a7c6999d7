import { randomBytes } from 'node:crypto';
import { HearsayError, LIMITS, type NodeName, type Origin } from '@hearsay/spi';
import { ADMISSION_LIMITS, decodeHello, type Hello } from '@hearsay/wire';
import type { Connection, PeerId, Stream } from '@libp2p/interface';
import { fromMultiaddr } from './address.js';
import type { ClusterKey, Role, Transcript } from './cluster-key.js';
import { type Agreement, agree, type Dialect } from './dialect.js';
import { type AdmissionRefusal, AdmissionRefusedError } from './errors.js';
import { Conversation } from './framed-stream.js';
import type { HandshakeBudget } from './handshake-budget.js';
import { HANDSHAKE_MS } from './inbound-gate.js';
import type { Keyring } from './keyring.js';
import { printable } from './printable.js';
import { RecentNonces } from './recent-nonces.js';
import { isRefusal, type Refusals } from './refusals.js';

export const ADMISSION_PROTOCOL = '/hearsay/admission/1';

const NONCE_BYTES = 24;

/** What a member never does. Being late is not among it: whoever starts under load is. */
const WASTES: ReadonlySet<AdmissionRefusal> = new Set(['key', 'foreign', 'replay']);

/** A connection whose other side has proven to be a member. */
export interface Admitted extends Agreement {
  readonly peer: Origin;
  readonly addresses: readonly string[];
  readonly connection: Connection;
  /** The dialler's nonce: what both sides can compare two connections by. */
  readonly tie: string;
  /** The key that both sides proved to hold. */
  readonly key: ClusterKey;
}

export interface AdmissionOptions {
  readonly self: Origin;
  readonly peerId: PeerId;
  readonly keyring: Keyring;
  readonly dialect: Dialect;
  readonly refusals: Refusals;
  readonly budget: HandshakeBudget;
  readonly addresses: () => readonly string[];
  /** Whether one more member, or this one anew, is within the limit. */
  readonly hasRoomFor: (node: NodeName) => boolean;
  readonly onAdmitted: (admitted: Admitted) => void;
}

/** One connection that is not decided yet, or was. */
interface Door {
  readonly outcome: PromiseWithResolvers<Admitted | undefined>;
  readonly deadline: NodeJS.Timeout;
  /** The other side has opened its one conversation. */
  begun: boolean;
}

/** The peer said why it will not admit this node. */
class DeclinedError extends AdmissionRefusedError {}

/**
 * Lets no stranger in. Both sides of a connection say who they are and prove, by a MAC over both
 * hellos and both peer IDs (which Noise has authenticated), that they hold a key of the cluster.
 * Until then nothing else is sent to the peer or read from it. The dialler proves first. No clock is
 * compared: what is replayed lacks the fresh nonce of the side that checks it.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  readonly #doors = new WeakMap<Connection, Door>();
  readonly #undecided = new Set<Connection>();
  readonly #nonces = new RecentNonces();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** How many connections of others are not decided yet. */
  get pending(): number {
    let count = 0;
    for (const { direction } of this.#undecided) if (direction === 'inbound') count++;
    return count;
  }

  /** Begins the dialler's side, or waits for it: whoever is not admitted in time is cut off. */
  opened(connection: Connection): void {
    this.#door(connection);
    if (connection.direction === 'outbound')
      this.#dial(connection).catch((error: unknown) => this.#failed(connection, error));
  }

  /** A conversation that has begun ends by itself, after what the peer said last. */
  closed(connection: Connection): void {
    const hasConversation = connection.direction === 'outbound' || this.#door(connection).begun;
    if (!hasConversation) this.#failed(connection, new Error('it was closed'));
  }

  /** The listener's side: the handler of {@link ADMISSION_PROTOCOL}. */
  readonly handle = async (stream: Stream, connection: Connection): Promise<void> => {
    const door = this.#door(connection);
    if (door.begun || connection.direction === 'outbound') {
      stream.abort(new Error('admission is asked for once, by the dialler'));
      return;
    }
    door.begun = true;
    await this.#converse(stream, connection, this.#listener).catch((error: unknown) =>
      this.#failed(connection, error),
    );
  };

  /**
   * To be asked when a peer opens any other stream. A dialler does so only once it was admitted, so
   * one that is not is refused at once.
   * @returns who is at the other end, once admitted; `undefined` when refused
   */
  admitted(connection: Connection): Promise<Admitted | undefined> {
    const { outcome } = this.#door(connection);
    if (connection.direction === 'inbound' && this.#undecided.has(connection))
      this.#failed(connection, new AdmissionRefusedError('foreign', 'spoke before its admission'));
    return outcome.promise;
  }

  async #dial(connection: Connection): Promise<void> {
    const signal = AbortSignal.timeout(HANDSHAKE_MS);
    const stream = await connection.newStream(ADMISSION_PROTOCOL, { signal });
    await this.#converse(stream, connection, this.#dialler);
  }

  /** Whoever declines says why, unless it was told so itself. */
  async #converse(
    stream: Stream,
    connection: Connection,
    side: (conversation: Conversation, connection: Connection) => Promise<void>,
  ): Promise<void> {
    const conversation = new Conversation(stream, ADMISSION_LIMITS.frameBytesMax);
    try {
      await side(conversation, connection);
    } catch (error) {
      const isMine = error instanceof AdmissionRefusedError && !(error instanceof DeclinedError);
      if (isMine && stream.writeStatus === 'writable')
        conversation.write(this.#refusal(error.reason, error.message));
      throw error;
    } finally {
      await conversation.end();
    }
  }

  readonly #dialler = async (conversation: Conversation, connection: Connection): Promise<void> => {
    const { keyring } = this.#options;
    const nonce = randomBytes(NONCE_BYTES);
    const mine = this.#hello(nonce, keyring.idsFor(nonce));
    conversation.write(mine);
    const theirs = await conversation.read();
    const hello = expectHello(theirs);
    const terms = this.#judge(hello);
    const transcript = [mine, theirs, ...this.#ids(connection, 'dialler')];
    const mac = terms.key.prove('dialler', transcript);
    conversation.write(this.#options.dialect.encodeHello({ kind: 'proof', mac }));
    expectProof(terms.key, 'listener', await conversation.read(), transcript);
    this.#admit(connection, hello, terms, nonce);
  };

  readonly #listener = async (
    conversation: Conversation,
    connection: Connection,
  ): Promise<void> => {
    const theirs = await conversation.read();
    const hello = expectHello(theirs);
    const terms = this.#judge(hello);
    const nonce = randomBytes(NONCE_BYTES);
    const mine = this.#hello(nonce, [terms.key.idFor(nonce)]);
    conversation.write(mine);
    const transcript = [theirs, mine, ...this.#ids(connection, 'listener')];
    expectProof(terms.key, 'dialler', await conversation.read(), transcript);
    // Admitted before the peer learns of it, so that its first streams are answered.
    this.#admit(connection, hello, terms, hello.nonce);
    const mac = terms.key.prove('listener', transcript);
    conversation.write(this.#options.dialect.encodeHello({ kind: 'proof', mac }));
  };

  #hello(nonce: Uint8Array, keyIds: readonly Uint8Array[]): Uint8Array {
    const { self, dialect } = this.#options;
    this.#nonces.add(nonce);
    return dialect.encodeHello({
      kind: 'hello',
      ...self,
      nonce,
      versionMin: dialect.versionMin,
      versionMax: dialect.versionMax,
      features: dialect.features,
      addresses: this.#options.addresses().slice(0, LIMITS.addressesPerNodeMax),
      keyIds,
    });
  }

  #refusal(code: string, text: string): Uint8Array {
    const reason = text.slice(0, ADMISSION_LIMITS.reasonCharsMax);
    return this.#options.dialect.encodeHello({ kind: 'refusal', code, reason });
  }

  #ids(connection: Connection, role: Role): Uint8Array[] {
    const mine = this.#options.peerId.toMultihash().bytes;
    const theirs = connection.remotePeer.toMultihash().bytes;
    return role === 'dialler' ? [mine, theirs] : [theirs, mine];
  }

  /** @throws {AdmissionRefusedError} what the hello alone is reason enough for */
  #judge(hello: Hello): Agreement & { readonly key: ClusterKey } {
    const { self, dialect, keyring } = this.#options;
    const agreement = agree(dialect, hello);
    if (hello.node === self.node)
      throw hello.epoch === self.epoch
        ? new AdmissionRefusedError('self', 'dialled itself')
        : new AdmissionRefusedError(
            'name',
            `another live process is named ${self.node}: rename one`,
          );
    if (!this.#nonces.add(hello.nonce))
      throw new AdmissionRefusedError('replay', 'repeats the hello of another connection');
    const key = keyring.common(hello.keyIds, hello.nonce);
    if (!key) throw noCommonKey();
    return { ...agreement, key };
  }

  /** @throws {AdmissionRefusedError} things have changed since the hello */
  #admit(
    connection: Connection,
    { node, epoch, addresses }: Hello,
    terms: Agreement & { readonly key: ClusterKey },
    diallersNonce: Uint8Array,
  ): void {
    if (!this.#undecided.has(connection)) return;
    if (!this.#options.keyring.has(terms.key)) throw noCommonKey();
    if (!this.#options.hasRoomFor(node))
      throw new AdmissionRefusedError('limit', 'there are as many members as are allowed');
    const tie = Buffer.from(diallersNonce).toString('hex');
    const admitted = { peer: { node, epoch }, addresses, connection, tie, ...terms };
    this.#settle(connection, admitted);
    this.#options.onAdmitted(admitted);
  }

  /** Junk and refusals are counted by reason; a connection that merely ended is not held against anyone. */
  #failed(connection: Connection, error: unknown): void {
    if (!this.#undecided.has(connection)) return;
    this.#settle(connection, undefined);
    const address = connection.remoteAddr.toString();
    const text = error instanceof Error ? error.message : String(error);
    const { refusals, budget } = this.#options;
    const reason = reasonOf(error);
    if (reason === undefined) refusals.abandoned(address, text);
    else refusals.refused(reason, address, text);
    if (reason !== undefined && WASTES.has(reason) && connection.direction === 'inbound')
      budget.failed(fromMultiaddr(connection.remoteAddr)?.host ?? address);
    // Closed, not reset: a refusal that is on its way may still be read.
    void connection.close().catch(() => connection.abort(new Error('not admitted')));
  }

  #door(connection: Connection): Door {
    const known = this.#doors.get(connection);
    if (known) return known;
    const deadline = setTimeout(
      () => this.#failed(connection, new AdmissionRefusedError('timeout', 'no admission in time')),
      HANDSHAKE_MS,
    );
    const door = { outcome: Promise.withResolvers<Admitted | undefined>(), deadline, begun: false };
    this.#doors.set(connection, door);
    this.#undecided.add(connection);
    return door;
  }

  #settle(connection: Connection, admitted: Admitted | undefined): void {
    const { outcome, deadline } = this.#door(connection);
    clearTimeout(deadline);
    this.#undecided.delete(connection);
    outcome.resolve(admitted);
  }
}

function expectHello(bytes: Uint8Array): Hello {
  const message = decodeHello(bytes);
  if (message.kind === 'refusal') throw declined(message.code, message.reason);
  if (message.kind !== 'hello')
    throw new AdmissionRefusedError('foreign', `sent ${message.kind} in place of hello`);
  return message;
}

function expectProof(key: ClusterKey, role: Role, bytes: Uint8Array, transcript: Transcript): void {
  const message = decodeHello(bytes);
  if (message.kind === 'refusal') throw declined(message.code, message.reason);
  if (message.kind !== 'proof' || !key.verify(role, transcript, message.mac))
    throw new AdmissionRefusedError('key', 'does not hold the cluster key that it named');
}

function declined(code: string, reason: string): DeclinedError {
  const text = `the peer declines (${code}): ${printable(reason)}`;
  return new DeclinedError(isRefusal(code) ? code : 'foreign', text);
}

function noCommonKey(): AdmissionRefusedError {
  return new AdmissionRefusedError('key', 'holds no cluster key in common');
}

/** @returns `undefined` for a connection that merely ended; bytes that are no message, or no such protocol, are foreign */
function reasonOf(error: unknown): AdmissionRefusal | undefined {
  if (error instanceof AdmissionRefusedError) return error.reason;
  const isForeign =
    error instanceof HearsayError ||
    (error instanceof Error && error.name === 'UnsupportedProtocolError');
  return isForeign ? 'foreign' : undefined;
}
