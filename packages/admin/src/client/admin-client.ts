import type { IncomingMessage } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import type {
  DebugReply,
  FaultsReply,
  HistogramsReply,
  InvalidateBody,
  InvalidateReply,
  KeysReply,
  LagReply,
  LogCheckReply,
  MembersReply,
  PingReply,
  ReachabilityReply,
  ReachedReply,
  ReadyReply,
  SampleBody,
  SampleReply,
  ScopesReply,
  StatusReply,
  StreamEvent,
  WhyReply,
} from '../shapes/index.js';
import { AdminRefusedError, AdminReplyInvalidError } from './errors.js';
import { readEvents } from './event-reader.js';
import { type AdminAddress, exchange, openStream, replyOf, textOf } from './http.js';

const TIMEOUT_MS_DEFAULT = 10_000;
/** Longer than a stream of events is ever silent. */
const SILENT_MS_MAX = 15_000;
const RECONNECT_MS = 1_000;

export interface AdminClientOptions extends AdminAddress {
  /** For one answer, beside what it is asked to wait; default 10,000. */
  readonly timeoutMs?: number;
  /** Ends every call but `events` with its reason. */
  readonly signal?: AbortSignal;
}

export interface EventOptions {
  /** Default: all that the node follows. */
  readonly scopes?: readonly string[];
  /** The id of the last event that was handled, to resume after it. */
  readonly lastId?: string;
  readonly signal?: AbortSignal;
}

/**
 * Calls the admin API of one node. Loads no server.
 *
 * Every method but `events` throws
 * - {@link AdminUnreachableError} nobody answers there
 * - {@link AdminTimeoutError} no answer in time
 * - {@link AdminRefusedError} the node's own error, with its code
 * - {@link AdminReplyInvalidError} something else answers there
 * - {@link ConfigInvalidError} the address cannot be one; nobody was asked
 */
export class AdminClient {
  readonly #address: AdminAddress;
  readonly #timeoutMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor({ timeoutMs = TIMEOUT_MS_DEFAULT, signal, ...address }: AdminClientOptions = {}) {
    this.#signal = signal;
    this.#address = address;
    this.#timeoutMs = timeoutMs;
  }

  /** @returns whether the process answers at all; never throws */
  async live(): Promise<boolean> {
    return this.#get<object>('/livez').then(
      () => true,
      () => false,
    );
  }

  ready(): Promise<ReadyReply> {
    return this.#call('GET', '/readyz', undefined, 0, isReadiness);
  }

  status(): Promise<StatusReply> {
    return this.#get('/v1/status');
  }

  members(): Promise<MembersReply> {
    return this.#get('/v1/members');
  }

  scopes(): Promise<ScopesReply> {
    return this.#get('/v1/scopes');
  }

  lag(): Promise<LagReply> {
    return this.#get('/v1/lag');
  }

  why(scope: string, key: string): Promise<WhyReply> {
    return this.#get(`/v1/why?${new URLSearchParams({ scope, key })}`);
  }

  sample(body: SampleBody): Promise<SampleReply> {
    return this.#call('POST', '/v1/sample', body);
  }

  checkLog(): Promise<LogCheckReply> {
    return this.#call('POST', '/v1/log/check', {});
  }

  reachability(): Promise<ReachabilityReply> {
    return this.#get('/v1/reachability');
  }

  ping(node: string): Promise<PingReply> {
    return this.#get(`/v1/ping?${new URLSearchParams({ node })}`);
  }

  faults(): Promise<FaultsReply> {
    return this.#get('/v1/faults');
  }

  histograms(): Promise<HistogramsReply> {
    return this.#get('/v1/histograms');
  }

  debug(): Promise<DebugReply> {
    return this.#get('/v1/debug');
  }

  /** @returns Prometheus' text format */
  async metrics(): Promise<string> {
    const call = { method: 'GET', path: '/metrics' } as const;
    const answer = await exchange(this.#address, call, this.#timeoutMs);
    if (answer.status !== 200) replyOf(answer, () => false);
    return answer.text;
  }

  invalidate(body: InvalidateBody): Promise<InvalidateReply> {
    return this.#call('POST', '/v1/invalidate', body, body.waitMs);
  }

  reached(token: string, waitMs = 0): Promise<ReachedReply> {
    const query = new URLSearchParams({ token, waitMs: String(waitMs) });
    return this.#call('GET', `/v1/reached?${query}`, undefined, waitMs);
  }

  keys(): Promise<KeysReply> {
    return this.#get('/v1/keys');
  }

  /** @param key 64 hex digits */
  changeKeys(change: 'add' | 'use' | 'remove', key: string): Promise<KeysReply> {
    return this.#call('POST', `/v1/keys/${change}`, { key });
  }

  /**
   * What happens in the node, for as long as the caller listens. A lost connection is made anew, and
   * nothing is missed: either the stream goes on where it was, or a `reset` with scope null says that
   * all must be dropped.
   * @throws {AdminUnreachableError} {@link AdminTimeoutError} at the first connection only
   * @throws {AdminRefusedError} @throws {AdminReplyInvalidError}
   */
  async *events(options: EventOptions = {}): AsyncGenerator<StreamEvent> {
    const { scopes = [], signal = new AbortController().signal } = options;
    let last = options.lastId;
    let connected = false;
    while (!signal.aborted) {
      try {
        const response = await this.#stream(scopes, last, signal);
        connected = true;
        for await (const event of readEvents(response)) {
          if (signal.aborted) return;
          last = event.id;
          yield event;
        }
      } catch (error) {
        if (signal.aborted) return;
        if (!connected || !isLoss(error)) throw error;
      }
      await setTimeout(RECONNECT_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  async #stream(
    scopes: readonly string[],
    lastId: string | undefined,
    signal: AbortSignal,
  ): Promise<IncomingMessage> {
    const query = new URLSearchParams(scopes.map((scope): [string, string] => ['scope', scope]));
    const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
    const call = { method: 'GET', path: `/v1/events?${query}`, headers, signal } as const;
    const response = await openStream(this.#address, call, this.#timeoutMs);
    const { statusCode: status = 0 } = response;
    if (status !== 200) replyOf({ status, text: await textOf(response) }, () => false);
    response.setTimeout(SILENT_MS_MAX, () => response.destroy(new Error('silent')));
    return response;
  }

  #get<Reply>(path: string): Promise<Reply> {
    return this.#call('GET', path);
  }

  async #call<Reply>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    waitMs = 0,
    isDone = (status: number): boolean => status === 200,
  ): Promise<Reply> {
    const call = { method, path, body, signal: this.#signal };
    const answer = await exchange(this.#address, call, this.#timeoutMs + waitMs);
    return replyOf(answer, isDone) as Reply;
  }
}

function isReadiness(status: number): boolean {
  return status === 200 || status === 503;
}

/** Whether the connection was lost, rather than refused by a node. */
function isLoss(error: unknown): boolean {
  return !(error instanceof AdminRefusedError || error instanceof AdminReplyInvalidError);
}
