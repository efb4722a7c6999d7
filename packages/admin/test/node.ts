import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Hearsay, type HearsayOptions, startHearsay } from '@hearsay/embed';
import { readEvents } from '../src/client/event-reader.js';
import type { StreamEvent } from '../src/index.js';

const cleanups: (() => Promise<void> | void)[] = [];

/** Frees whatever the test started, newest first. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

export function atCleanUp(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

/** A folder of its own, gone after the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'hearsay-admin-'));
  cleanups.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** The path of a version log that nodes of one test share. */
export function logPath(): string {
  return join(folder(), `${randomUUID()}.db`);
}

/** A node with SQLite and mesh on loopback that follows the scope `item`. */
export async function startNode(
  node: string,
  path: string,
  { admin, ...options }: Partial<HearsayOptions> = {},
): Promise<Hearsay> {
  return start({
    node,
    log: { sqlite: path },
    mesh: { listen: '127.0.0.1:0' },
    ...options,
    admin: { listen: '127.0.0.1:0', scopes: ['item'], ...admin },
  });
}

export async function start(options: HearsayOptions): Promise<Hearsay> {
  const hearsay = await startHearsay(options);
  cleanups.push(() => hearsay.close());
  if (options.log && options.admin?.scopes)
    await until(() =>
      hearsay.status().scopes.every((scope) => scope.logVersion === 0 || scope.logVersion),
    );
  return hearsay;
}

const LOOK_MS = 10;

/** Resolves once the condition holds; a test's own timeout is the deadline. */
export function until(holds: () => unknown): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (!holds()) return;
      clearInterval(timer);
      resolve();
    }, LOOK_MS);
  });
}

/** Resolves once all of them hear each other. */
export async function meet(...nodes: readonly Hearsay[]): Promise<void> {
  for (const node of nodes)
    await until(
      () =>
        node.status().coherence === 'coherent' &&
        node.members().filter(({ state }) => state === 'alive').length === nodes.length &&
        node.status().peers.length === nodes.length - 1,
    );
}

export function addressOf(hearsay: Hearsay): string {
  const { adminAddress } = hearsay.status();
  if (adminAddress === undefined) throw new Error('the node has no admin server');
  return adminAddress;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: what a test expects of it is its shape
  readonly json: any;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** One HTTP exchange as any client could have it. `address` is as the node tells it. */
export async function call(address: string, path: string, asked: Asked = {}): Promise<Answer> {
  const response = await open(address, path, asked);
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += chunk;
  const { statusCode = 0, headers } = response;
  const isJson = headers['content-type']?.startsWith('application/json') === true;
  return { status: statusCode, headers, text, json: isJson && text ? JSON.parse(text) : undefined };
}

export function post(address: string, path: string, body: unknown, headers = {}): Promise<Answer> {
  return call(address, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export function open(address: string, path: string, asked: Asked = {}): Promise<IncomingMessage> {
  const socketPath = address.startsWith('unix:') ? address.slice(5) : undefined;
  const url = new URL(path, socketPath === undefined ? address : 'http://localhost');
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method: asked.method ?? 'GET',
      agent: false,
      ...(socketPath === undefined ? {} : { socketPath }),
      headers: { ...asked.headers },
    });
    sent.once('response', resolve).once('error', reject).end(asked.body);
  });
}

/** A subscriber that reads one event after the other. */
export class Listener {
  readonly response: IncomingMessage;
  readonly #events: AsyncGenerator<StreamEvent>;

  private constructor(response: IncomingMessage) {
    this.response = response;
    this.#events = readEvents(response);
    cleanups.push(() => this.leave());
  }

  static async open(address: string, query = '', lastId?: string): Promise<Listener> {
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const response = await open(address, `/v1/events${query}`, { headers });
    if (response.statusCode !== 200) throw new Error(`status ${response.statusCode}`);
    return new Listener(response);
  }

  /** Heartbeats left out. */
  async next(): Promise<StreamEvent> {
    for (;;) {
      const { value, done } = await this.#events.next();
      if (done) throw new Error('the stream has ended');
      if (value.type !== 'heartbeat') return value;
    }
  }

  /** Skips what comes before. */
  async until(wanted: (event: StreamEvent) => boolean): Promise<StreamEvent> {
    for (;;) {
      const event = await this.next();
      if (wanted(event)) return event;
    }
  }

  leave(): void {
    this.response.destroy();
  }
}
