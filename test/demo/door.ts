import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger, TargetInput } from '@hearsay/spi';
import type { Journal } from './journal.ts';
import type { ReadRequest } from './messages.ts';
import { AbortedError, type Metadata } from './metadata.ts';
import { type DemoScope, SCOPES } from './scopes.ts';

const BODY_BYTES_MAX = 256 * 1024;
const KEYS_MAX = 256;

interface ServedDoor {
  readonly port: number;
  close(): void;
}

/**
 * The service's public door, HTTP on loopback:
 * - `GET /package/<key>`, `GET /licence/<key>`: one row, through the cache
 * - `PUT /package/<key>?write=<id>`; for several rows `PUT /package?write=<id>&prefix=…`, `&tag=…` or `&all`;
 *   `&abort` rolls the transaction back
 * - `POST /read`: many rows, through the cache
 * - `GET /status`, `GET /cached`, `GET /journal?after=<n>`: for who watches
 */
export async function serveDoor(
  metadata: Metadata,
  journal: Journal,
  logger: Logger,
): Promise<ServedDoor> {
  const routes = new Routes(metadata, journal);
  const server = createServer((request, response) => {
    routes.handle(request).then(
      (answer) => reply(response, 200, answer),
      (error: unknown) => {
        if (!(error instanceof RequestError) && !(error instanceof AbortedError))
          logger.warn({ err: error, url: request.url }, 'request failed');
        reply(response, statusOf(error), { error: String(error) });
      },
    );
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

class RequestError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

class Routes {
  readonly #metadata: Metadata;
  readonly #journal: Journal;

  constructor(metadata: Metadata, journal: Journal) {
    this.#metadata = metadata;
    this.#journal = journal;
  }

  async handle(request: IncomingMessage): Promise<unknown> {
    const url = new URL(request.url ?? '/', 'http://door');
    const path = decodeURIComponent(url.pathname);
    const route = `${request.method} ${path}`;
    if (route === 'POST /read') return this.#metadata.readMany(readRequest(await bodyOf(request)));
    if (route === 'GET /journal') return this.#watched(Number(url.searchParams.get('after')));
    if (route === 'GET /cached') return this.#metadata.cached();
    if (route === 'GET /status') return this.#metadata.status();
    const [, name, ...segments] = path.split('/');
    const scope = scopeOf(name);
    const key = segments.join('/');
    if (request.method === 'PUT') return this.#write(scope, key, url.searchParams);
    if (request.method !== 'GET' || key === '')
      throw new RequestError(405, `no such route: ${route}`);
    const item = await this.#metadata.read(scope, key);
    if (!item) throw new RequestError(404, `no such key: ${key}`);
    return item;
  }

  #write(scope: DemoScope, key: string, query: URLSearchParams): Promise<unknown> {
    const writeId = query.get('write');
    if (!writeId) throw new RequestError(400, 'write=<id> is missing');
    const options = { writeId, abort: query.has('abort') };
    return this.#metadata.write(scope, targetOf(key, query), options);
  }

  #watched(after: number): unknown {
    // The view comes first: what it shows as applied must not be younger than `untilUs`.
    const view = this.#metadata.view();
    return { epoch: this.#metadata.epoch, ...this.#journal.after(after), view };
  }
}

function targetOf(key: string, query: URLSearchParams): TargetInput {
  if (key !== '') return { key };
  const prefix = query.get('prefix');
  const tag = query.get('tag');
  if (prefix) return { prefix };
  if (tag) return { tag };
  if (query.has('all')) return { all: true };
  throw new RequestError(400, 'name a key in the path, or prefix=, tag= or all in the query');
}

function scopeOf(name: string | undefined): DemoScope {
  const scope = SCOPES.find((known) => known === name);
  if (!scope) throw new RequestError(404, `no such scope: ${name}`);
  return scope;
}

function readRequest(body: string): ReadRequest {
  let request: ReadRequest;
  try {
    request = JSON.parse(body);
  } catch {
    throw new RequestError(400, 'the body is not JSON');
  }
  const { keys } = request ?? {};
  if (
    !Array.isArray(keys) ||
    keys.length > KEYS_MAX ||
    !keys.every((key) => typeof key === 'string')
  )
    throw new RequestError(400, `keys must be an array of at most ${KEYS_MAX} strings`);
  scopeOf(request.scope);
  return request;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_BYTES_MAX) throw new RequestError(413, `body above ${BODY_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function statusOf(error: unknown): number {
  if (error instanceof RequestError) return error.status;
  return error instanceof AbortedError ? 409 : 500;
}

function reply(response: ServerResponse, status: number, answer: unknown): void {
  const body = JSON.stringify(answer);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
