import { z } from 'zod';
import { errorShape } from '../shapes/common.js';
import { EVENT_SHAPES, eventsQuery } from '../shapes/events.js';
import type { Route } from './route.js';

type Json = Readonly<Record<string, unknown>>;

const SUMMARY_OF_STATUS: Readonly<Record<number, string>> = {
  400: 'The query or the body is not what the route takes.',
  401: 'The token is missing or wrong.',
  403: 'Host or Origin name another site, or the caller is on another machine.',
  404: 'The scope is not followed here, or there is no such member.',
  409: 'It cannot be done as things are.',
  413: 'The body is too long.',
  415: 'The body is not JSON.',
  501: 'This node does not offer it.',
  503: 'Not now: the log is out of reach or contended, or the node is full or closed.',
  504: 'The member did not answer.',
};
const ERROR = 'Error';

/** The OpenAPI 3.1 document of the routes, their shapes and the events of the stream. */
export function openApiDocument(routes: readonly Route[]): Json {
  const registry = z.registry<{ id: string }>();
  registry.add(errorShape, { id: ERROR });
  for (const { reply } of routes)
    if (reply.kind === 'json' && !registry.has(reply.shape))
      registry.add(reply.shape, { id: reply.name });
  for (const [name, shape] of Object.entries(EVENT_SHAPES))
    registry.add(shape, { id: `Event.${name}` });
  const { schemas } = z.toJSONSchema(registry, { uri: referenceTo, io: 'input' });
  return {
    openapi: '3.1.0',
    info: {
      title: 'Hearsay admin and sidecar API',
      version: 'v1',
      description: 'Looks into a node, and lets services that are not written in Node take part.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    security: [{ token: [] }],
    paths: { ...pathsOf(routes), '/v1/events': { get: eventsOperation() } },
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'Where the node was given a token.' },
      },
      schemas: Object.fromEntries(
        Object.entries(schemas).map(([id, schema]) => [id, withoutId(schema)]),
      ),
    },
  };
}

function pathsOf(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operationOf(route) };
  return paths;
}

function operationOf(route: Route): Json {
  const { summary, query, body, reply, errors, open, local } = route;
  const statuses = new Set([
    ...errors,
    403,
    ...(open ? [] : [401]),
    ...(body ? [400, 413, 415] : []),
  ]);
  return {
    summary,
    ...(local ? { description: 'Answered over loopback or a Unix socket only.' } : {}),
    ...(open ? { security: [] } : {}),
    ...(query ? { parameters: parametersOf(query) } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body) } },
          },
        }
      : {}),
    responses: {
      200: { description: 'Done.', content: contentOf(reply) },
      ...(route.path === '/readyz'
        ? { 503: { description: 'Not ready.', content: contentOf(reply) } }
        : {}),
      ...errorResponses(statuses),
    },
  };
}

function eventsOperation(): Json {
  return {
    summary: 'What happens, as it happens: server-sent events that can be resumed.',
    description:
      'Each event has an id, a name and one line of JSON, as in the schemas Event.*. Send the id of the last one as Last-Event-ID to resume: nothing is missed, or the first event is a reset with scope null, after which the subscriber drops all it has.',
    parameters: [
      ...parametersOf(eventsQuery),
      {
        name: 'Last-Event-ID',
        in: 'header',
        required: false,
        description: 'Of the last event that the subscriber has.',
        schema: { type: 'string' },
      },
    ],
    responses: {
      200: {
        description: 'The stream; it has no end.',
        content: {
          'text/event-stream': {
            schema: {
              oneOf: Object.keys(EVENT_SHAPES).map((name) => ({
                $ref: referenceTo(`Event.${name}`),
              })),
            },
          },
        },
      },
      ...errorResponses(new Set([400, 401, 403, 404, 503])),
    },
  };
}

function contentOf(reply: Route['reply']): Json {
  return reply.kind === 'json'
    ? { 'application/json': { schema: { $ref: referenceTo(reply.name) } } }
    : { 'text/plain': { schema: { type: 'string' } } };
}

function errorResponses(statuses: ReadonlySet<number>): Json {
  const content = { 'application/json': { schema: { $ref: referenceTo(ERROR) } } };
  return Object.fromEntries(
    [...statuses]
      .sort()
      .map((status) => [status, { description: SUMMARY_OF_STATUS[status], content }]),
  );
}

function parametersOf(query: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = schemaOf(query) as {
    readonly properties?: Record<string, Json>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description === undefined ? {} : { description }),
    schema,
  }));
}

function schemaOf(shape: z.ZodType): Json {
  return withoutId(z.toJSONSchema(shape, { io: 'input' }));
}

/** Inside the document a schema is named by its place. */
function withoutId(schema: object): Json {
  return Object.fromEntries(
    Object.entries(schema).filter(([name]) => name !== '$schema' && name !== '$id'),
  );
}

function referenceTo(id: string): string {
  return `#/components/schemas/${id}`;
}
