import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { errorShape } from '../../src/index.js';
import { ROUTES } from '../../src/server/routes/index.js';
import { addressOf, call, cleanUp, logPath, meet, post, startNode } from '../node.js';

afterEach(cleanUp);

const KEY = '0123456789abcdef'.repeat(4);
const OTHER_KEY = 'fedcba9876543210'.repeat(4);

/** A call of every route that answers with its own reply. */
const CALLS: Readonly<Record<string, string | { readonly path: string; readonly body: object }>> = {
  'GET /livez': '/livez',
  'GET /readyz': '/readyz',
  'GET /metrics': '/metrics',
  'GET /v1/status': '/v1/status',
  'GET /v1/members': '/v1/members',
  'GET /v1/scopes': '/v1/scopes',
  'GET /v1/lag': '/v1/lag',
  'GET /v1/why': '/v1/why?scope=item&key=a/b',
  'POST /v1/sample': { path: '/v1/sample', body: { scope: 'item', max: 1 } },
  'GET /v1/reachability': '/v1/reachability',
  'GET /v1/ping': '/v1/ping?node=b',
  'GET /v1/faults': '/v1/faults',
  'GET /v1/histograms': '/v1/histograms',
  'GET /v1/debug': '/v1/debug',
  'GET /v1/reached': '/v1/reached?token=',
  'GET /v1/keys': '/v1/keys',
  'POST /v1/invalidate': {
    path: '/v1/invalidate',
    body: { scope: 'item', targets: [{ prefix: 'a' }], waitMs: 5_000 },
  },
  'POST /v1/log/check': { path: '/v1/log/check', body: {} },
  'POST /v1/keys/add': { path: '/v1/keys/add', body: { key: OTHER_KEY } },
  'POST /v1/keys/use': { path: '/v1/keys/use', body: { key: KEY } },
  'POST /v1/keys/remove': { path: '/v1/keys/remove', body: { key: OTHER_KEY } },
};

type Json = Record<string, unknown>;

async function documentOf(address: string) {
  const { json } = await call(address, '/openapi.json');
  return json as { openapi: string; paths: Record<string, Json>; components: { schemas: Json } };
}

/** Follows references, so that two schemas can be compared. */
function resolved(value: unknown, schemas: Json): unknown {
  if (Array.isArray(value)) return value.map((one) => resolved(one, schemas));
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined) {
    expect($ref).toMatch(/^#\/components\/schemas\//);
    const named = schemas[$ref.slice('#/components/schemas/'.length)];
    expect(named).toBeDefined();
    return resolved(named, schemas);
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== '$schema' && name !== '$id')
      .map(([name, one]) => [name, resolved(one, schemas)]),
  );
}

describe('the OpenAPI document', () => {
  test('names the routes that the server answers, neither more nor fewer', async () => {
    const { openapi, paths } = await documentOf(
      addressOf(await startNode('a', logPath(), { mesh: false })),
    );
    expect(openapi).toBe('3.1.0');
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(documented.sort()).toEqual([...served, 'GET /v1/events'].sort());
    expect(Object.keys(CALLS).sort()).toEqual(served.sort());
  });

  test('describes each reply as the shape that the server and its client share', async () => {
    const document = await documentOf(addressOf(await startNode('a', logPath(), { mesh: false })));
    const { schemas } = document.components;
    for (const { method, path, reply } of ROUTES) {
      if (reply.kind === 'text') continue;
      const operation = document.paths[path]?.[method.toLowerCase()] as {
        responses: Record<string, { content: Record<string, { schema: unknown }> }>;
      };
      const { schema } = operation.responses['200']?.content['application/json'] ?? {};
      const shape = z.toJSONSchema(reply.shape, { io: 'input' });
      expect(resolved(schema, schemas)).toEqual(resolved(shape, schemas));
      for (const status of ['401', '400'].filter((one) => one in operation.responses))
        expect(resolved(operation.responses[status], schemas)).toMatchObject({
          content: {
            'application/json': {
              schema: resolved(z.toJSONSchema(errorShape, { io: 'input' }), schemas),
            },
          },
        });
    }
  });
});

test('every route answers in its documented shape, with nothing beside it', async () => {
  const path = logPath();
  const mesh = { listen: '127.0.0.1:0', clusterKey: KEY };
  const a = await startNode('a', path, { mesh });
  const b = await startNode('b', path, { mesh });
  await meet(a, b);
  await b.invalidate('item', { key: 'a/b' });
  for (const { method, path: route, reply } of ROUTES) {
    const asked = CALLS[`${method} ${route}`] as (typeof CALLS)[string];
    const answer =
      typeof asked === 'string'
        ? await call(addressOf(a), asked)
        : await post(addressOf(a), asked.path, asked.body);
    expect(answer.status, `${method} ${route}: ${answer.text}`).toBe(200);
    if (reply.kind === 'json') expect(reply.shape.parse(answer.json)).toEqual(answer.json);
    else expect(answer.headers['content-type']).toBe(reply.mediaType);
  }
});
