import type { z } from 'zod';
import type { Api } from './api.js';

/** Who calls, as far as a route needs to know. */
export interface Caller {
  /** Whether it brought the token, or none is needed. */
  readonly isTrusted: boolean;
}

/** One route: what the server answers and what the OpenAPI document says come from here. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** One sentence. */
  readonly summary: string;
  /** Needs no token: tells nothing that is not for everyone. */
  readonly open: boolean;
  /** Answered to callers on this machine only. */
  readonly local: boolean;
  readonly query: z.ZodObject | undefined;
  readonly body: z.ZodObject | undefined;
  readonly reply:
    | { readonly kind: 'json'; readonly name: string; readonly shape: z.ZodType }
    | { readonly kind: 'text'; readonly mediaType: string };
  /** Statuses of its own errors, beside those that every route may answer with. */
  readonly errors: readonly number[];
  /** @returns the status and what is sent with it */
  readonly run: (input: RouteInput<unknown, unknown>, api: Api) => Promise<RouteOutput>;
}

export interface RouteInput<Query, Body> {
  readonly query: Query;
  readonly body: Body;
  readonly caller: Caller;
}

export interface RouteOutput {
  readonly status: number;
  readonly body: unknown;
}

interface JsonRoute<Query extends z.ZodObject, Body extends z.ZodObject, Reply> {
  readonly path: string;
  readonly summary: string;
  readonly open?: boolean;
  readonly local?: boolean;
  readonly query?: Query;
  readonly body?: Body;
  /** How the OpenAPI document calls the shape of the reply. */
  readonly name: string;
  readonly shape: z.ZodType<Reply>;
  readonly errors?: readonly number[];
  /** Default 200. */
  readonly statusOf?: (reply: Reply) => number;
  readonly run: (
    input: RouteInput<z.infer<Query>, z.infer<Body>>,
    api: Api,
  ) => Reply | Promise<Reply>;
}

/** A route that answers in JSON; a body makes it a POST. */
export function jsonRoute<
  Reply,
  Query extends z.ZodObject = never,
  Body extends z.ZodObject = never,
>(route: JsonRoute<Query, Body, Reply>): Route {
  const { path, summary, query, body, name, shape, statusOf = () => 200 } = route;
  return {
    method: body ? 'POST' : 'GET',
    path,
    summary,
    open: route.open ?? false,
    local: route.local ?? false,
    query,
    body,
    reply: { kind: 'json', name, shape },
    errors: route.errors ?? [],
    run: async (input, api) => {
      const reply = await route.run(input as RouteInput<z.infer<Query>, z.infer<Body>>, api);
      return { status: statusOf(reply), body: reply };
    },
  };
}
