import { z } from 'zod';
import { coherence, epoch, nodeName, version, via } from './common.js';

export const eventsQuery = z.strictObject({
  scope: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .describe('repeat it for several; without it, all scopes that the node follows'),
});
export type EventsQuery = z.infer<typeof eventsQuery>;

const atMs = z.number().describe("milliseconds since 1970 by the node's clock");

/** The data of each event of the stream, by the event's name. */
export const EVENT_SHAPES = {
  invalidate: z.object({
    scope: z.string(),
    kind: z.enum(['key', 'prefix', 'tag', 'scope']),
    key: z.string().describe('the key, prefix or tag; empty for a whole scope'),
    via,
    from: z.object({ node: nodeName, epoch }).nullable(),
    version: version.nullable().describe('its place in the log; null for a hint'),
    atMs,
  }),
  applied: z.object({ scope: z.string(), appliedThrough: version, via }),
  reset: z.object({
    scope: z.string().nullable().describe('null: drop everything of every scope'),
    reason: z.string(),
  }),
  coherence: z.object({ coherence }),
  member: z.object({
    node: nodeName,
    epoch,
    state: z.enum(['alive', 'suspect', 'dead', 'left']),
    before: z.enum(['alive', 'suspect', 'dead', 'left']).nullable(),
    reason: z.string(),
  }),
  heartbeat: z
    .object({ coherence, ready: z.boolean() })
    .describe('at the start and every 5 s: nothing up to here is missing'),
} as const;

export type EventType = keyof typeof EVENT_SHAPES;
export type EventData<Type extends EventType> = z.infer<(typeof EVENT_SHAPES)[Type]>;

/** One event as a client gets it. */
export type StreamEvent = {
  [Type in EventType]: {
    readonly type: Type;
    /** To be sent as `Last-Event-ID` when connecting anew. */
    readonly id: string;
    readonly data: EventData<Type>;
  };
}[EventType];
