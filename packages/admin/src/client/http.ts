import type { IncomingMessage } from 'node:http';
import { ConfigInvalidError } from '@hearsay/spi';
import {
  AdminRefusedError,
  AdminReplyInvalidError,
  AdminTimeoutError,
  AdminUnreachableError,
} from './errors.js';

/** An import would read all that the module exports, and so load Node's fetch: 40 ms of a command's 120. */
const { request } = process.getBuiltinModule('node:http');

/** What one answer may hold. */
const REPLY_BYTES_MAX = 67_108_864;
const CODE = /^HEARSAY_[A-Z_]{1,64}$/;

/** Where a node's admin API is, and how to be let in. */
export interface AdminAddress {
  /** `http://host:port`; default `http://127.0.0.1:7947`. Not together with `unixSocket`. */
  readonly url?: string;
  /** Path of the node's Unix socket. */
  readonly unixSocket?: string;
  readonly token?: string;
}

export interface Call {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_URL = 'http://127.0.0.1:7947';
/** What a header can carry. */
const TOKEN = /^[\x21-\x7e]*$/;

/**
 * @returns the answer once its head is here
 * @throws {ConfigInvalidError} the address cannot be one
 * @throws {AdminUnreachableError} @throws what `signal` was aborted with
 */
async function open(address: AdminAddress, call: Call): Promise<IncomingMessage> {
  const { unixSocket, token } = address;
  const url = placeOf(address, call.path);
  const body = call.body === undefined ? undefined : JSON.stringify(call.body);
  const sent = request(url, {
    method: call.method,
    ...(unixSocket === undefined ? {} : { socketPath: unixSocket }),
    ...(call.signal ? { signal: call.signal } : {}),
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...call.headers,
    },
  });
  try {
    return await new Promise((resolve, reject) => {
      sent.once('response', resolve).once('error', reject).end(body);
    });
  } catch (error) {
    call.signal?.throwIfAborted();
    throw unreachable(address, error);
  }
}

/** @throws {ConfigInvalidError} nobody can be asked there */
function placeOf({ url = DEFAULT_URL, unixSocket, token = '' }: AdminAddress, path: string): URL {
  const base = unixSocket === undefined ? url : 'http://localhost';
  if (!URL.canParse(base) || new URL(base).protocol !== 'http:')
    throw new ConfigInvalidError(
      `${JSON.stringify(url)} is no URL of an admin API: write http://host:port`,
    );
  if (!TOKEN.test(token))
    throw new ConfigInvalidError('the token must have printable characters without blanks');
  return new URL(path, base);
}

/**
 * As {@link exchange}, for an answer without an end: only its head must come in time.
 * @throws {ConfigInvalidError} @throws {AdminUnreachableError} @throws {AdminTimeoutError}
 */
export async function openStream(
  address: AdminAddress,
  call: Call,
  timeoutMs: number,
): Promise<IncomingMessage> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), timeoutMs);
  const signal = call.signal ? AbortSignal.any([call.signal, late.signal]) : late.signal;
  try {
    return await open(address, { ...call, signal });
  } catch (error) {
    call.signal?.throwIfAborted();
    throw late.signal.aborted ? tooLate(address, timeoutMs) : error;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * @param timeoutMs for all of it
 * @returns status and text of the answer
 * @throws {ConfigInvalidError} the address cannot be one
 * @throws {AdminUnreachableError} @throws {AdminTimeoutError} @throws {AdminReplyInvalidError} too long
 */
export async function exchange(
  address: AdminAddress,
  call: Call,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    const response = await open(address, { ...call, signal });
    return { status: response.statusCode ?? 0, text: await textOf(response) };
  } catch (error) {
    call.signal?.throwIfAborted();
    if (timeout.aborted) throw tooLate(address, timeoutMs);
    if (error instanceof AdminReplyInvalidError || error instanceof ConfigInvalidError) throw error;
    throw unreachable(address, error);
  }
}

/** @returns the parsed answer @throws {AdminRefusedError} the node's own error @throws {AdminReplyInvalidError} */
export function replyOf(
  { status, text }: { readonly status: number; readonly text: string },
  isDone: (status: number) => boolean,
): unknown {
  const reply = parse(text);
  if (isDone(status)) return reply;
  const { code, message } =
    (reply as { error?: { code?: unknown; message?: unknown } }).error ?? {};
  if (typeof code !== 'string' || !CODE.test(code) || typeof message !== 'string')
    throw notANode(`status ${status}`);
  throw new AdminRefusedError(status, code as `HEARSAY_${string}`, message);
}

function parse(text: string): object {
  try {
    const reply: unknown = JSON.parse(text);
    if (typeof reply === 'object' && reply !== null) return reply;
  } catch {
    // Told below.
  }
  throw notANode('no JSON object');
}

function notANode(what: string): AdminReplyInvalidError {
  return new AdminReplyInvalidError(
    `what answers there is no admin API (${what}): check address and port`,
  );
}

/** @throws {AdminReplyInvalidError} too long */
export async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > REPLY_BYTES_MAX) throw notANode(`more than ${REPLY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLate(address: AdminAddress, timeoutMs: number): AdminTimeoutError {
  return new AdminTimeoutError(
    `${nameOf(address)} did not answer within ${timeoutMs} ms: is the node stalled?`,
  );
}

function unreachable(address: AdminAddress, cause: unknown): AdminUnreachableError {
  if (cause instanceof AdminUnreachableError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  return new AdminUnreachableError(
    `${nameOf(address)} is not reachable (${code ?? message}): is the node running, with its admin option?`,
    { cause },
  );
}

function nameOf({ url, unixSocket }: AdminAddress): string {
  return unixSocket ?? url ?? DEFAULT_URL;
}
