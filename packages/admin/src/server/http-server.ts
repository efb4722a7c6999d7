import { maxHeaderSize, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { MethodNotAllowedError, RequestInvalidError, RouteUnknownError } from '../errors.js';
import { ADMIN_LIMITS } from '../limits.js';
import { eventsQuery } from '../shapes/events.js';
import type { Access } from './access.js';
import type { Api } from './api.js';
import { CONTENT_SECURITY_POLICY, type StaticFile } from './dashboard-files.js';
import { bodyOf, failureOf } from './failures.js';
import { followedScope } from './followed-scope.js';
import { openApiDocument } from './openapi.js';
import { parseInput } from './parse.js';
import type { Route } from './route.js';

const { bodyBytesMax, connectionsMax, subscribersMax } = ADMIN_LIMITS;
const REQUEST_MS_MAX = 10_000;
const KEEP_ALIVE_MS = 30_000;
/** Waits in a socket of this process before it counts as full; with 500 subscribers it adds up. */
const SOCKET_BYTES_WAITING = 16_384;
/** A refused body up to this length is read and thrown away, so that the answer is not lost in a reset. */
const DISCARDED_BYTES_MAX = 16_777_216;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Needs no token. */
    readonly open?: boolean;
    /** Answered to callers on this machine only. */
    readonly local?: boolean;
  }
}

/** Binds the routes to HTTP. */
export function httpServer(
  api: Api,
  access: Access,
  routes: readonly Route[],
  files: readonly StaticFile[],
): FastifyInstance {
  const server = fastify({
    bodyLimit: bodyBytesMax,
    requestTimeout: REQUEST_MS_MAX,
    keepAliveTimeout: KEEP_ALIVE_MS,
    forceCloseConnections: true,
    // A request without Host is refused like a foreign one, in the same words.
    http: { highWaterMark: SOCKET_BYTES_WAITING, requireHostHeader: false },
    exposeHeadRoutes: false,
    clientErrorHandler: refuseUnreadable,
    frameworkErrors: (error, _, reply) => refuse(error, reply as unknown as FastifyReply),
  });
  const refuse = (error: unknown, reply: FastifyReply): FastifyReply => {
    const { status, body } = failureOf(error, api.node.logger);
    if (status === 401) reply.header('www-authenticate', 'Bearer');
    if (status === 413 && declaredBytes(reply) <= DISCARDED_BYTES_MAX)
      reply.removeHeader('connection');
    return reply.status(status).send(body);
  };
  server.server.maxConnections = connectionsMax + subscribersMax;
  server.removeContentTypeParser('text/plain');
  server.addHook('onRequest', async ({ raw, routeOptions: { config } }, reply) => {
    reply.header('cache-control', 'no-store').header('x-content-type-options', 'nosniff');
    access.checkSite(raw);
    if (config?.open !== true) access.checkTrusted(raw);
    if (config?.local === true) access.checkLocal(raw);
  });
  server.setErrorHandler((error, _, reply) => refuse(error, reply));
  server.setNotFoundHandler((request, reply) => refuse(unknown(request, routes), reply));

  for (const route of routes) addRoute(server, route, api, access);
  addEvents(server, api);
  const document = openApiDocument(routes);
  server.get('/openapi.json', { config: { open: true } }, async () => document);
  for (const file of files) addFile(server, file);
  return server;
}

/** Browsers keep it and ask each time whether it is still the same: a page and its parts are of one release. */
function addFile(server: FastifyInstance, { path, mediaType, bytes, etag }: StaticFile): void {
  server.get(path, { config: { open: true } }, (request, reply) => {
    reply
      .header('cache-control', 'no-cache')
      .header('etag', etag)
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('referrer-policy', 'no-referrer');
    return request.headers['if-none-match'] === etag
      ? reply.status(304).send()
      : reply.type(mediaType).send(bytes);
  });
}

function addRoute(server: FastifyInstance, route: Route, api: Api, access: Access): void {
  const { method, path: url, open, local, reply: form } = route;
  server.route({
    method,
    url,
    config: { open, local },
    handler: async (request, reply) => {
      const query = route.query && parseInput(route.query, request.query, 'query');
      const body = route.body && parseInput(route.body, request.body, 'body');
      const caller = { isTrusted: access.isTrusted(request.raw) };
      const output = await route.run({ query, body, caller }, api);
      if (form.kind === 'text') reply.type(form.mediaType);
      return reply.status(output.status).send(output.body);
    },
  });
}

function addEvents(server: FastifyInstance, { node, subscribers }: Api): void {
  server.get('/v1/events', (request, reply) => {
    const { scope } = parseInput(eventsQuery, request.query, 'query');
    const scopes = scope === undefined ? undefined : new Set([scope].flat());
    for (const name of scopes ?? []) followedScope(node, name);
    subscribers.checkRoom();
    const { 'last-event-id': lastId } = request.headers;
    reply.hijack();
    reply.raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-accel-buffering': 'no',
    });
    subscribers.add(reply.raw, scopes, typeof lastId === 'string' ? lastId : undefined);
  });
}

function unknown({ method, url }: FastifyRequest, routes: readonly Route[]): Error {
  const path = url.split('?', 1)[0];
  const methods = routes.filter((route) => route.path === path).map((route) => route.method);
  if (path === '/v1/events') methods.push('GET');
  return methods.length > 0
    ? new MethodNotAllowedError(`${method} does nothing here: use ${methods.join(' or ')}`)
    : new RouteUnknownError('nothing stands under this path: see /openapi.json');
}

function declaredBytes(reply: FastifyReply): number {
  return Number(reply.request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
}

const NO_HTTP = { status: 400, message: 'this is no request that can be read: send HTTP/1.1' };
/** By the code of Node's error. */
const UNREADABLE: Readonly<Record<string, typeof NO_HTTP>> = {
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    message: `the request was not here after ${REQUEST_MS_MAX} ms: send it without pauses`,
  },
  HPE_HEADER_OVERFLOW: {
    status: 431,
    message: `path and headers are longer than ${maxHeaderSize} bytes: send less in them`,
  },
};

/** What is no HTTP, too long a header or too slow a request never becomes a request. */
function refuseUnreadable(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const { status, message } = UNREADABLE[error.code ?? ''] ?? NO_HTTP;
  const body = JSON.stringify(bodyOf(new RequestInvalidError(message)));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
