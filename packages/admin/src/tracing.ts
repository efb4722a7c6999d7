import { ConfigInvalidError } from '@hearsay/spi';
import type { AdminNode, Drop } from './port.js';

interface SpanContext {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean;
}

interface SpanOptions {
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly links: { readonly context: SpanContext }[];
}

/** What is used of `@opentelemetry/api`: `import * as api from '@opentelemetry/api'` fits. */
export interface TraceApi {
  readonly trace: {
    getTracer(name: string): {
      startSpan(name: string, options: SpanOptions, context: never): { end(): void };
    };
    setSpanContext(context: never, spanContext: SpanContext): unknown;
    getSpanContext(context: never): SpanContext | undefined;
  };
  readonly context: { active(): unknown };
  readonly ROOT_CONTEXT: unknown;
  readonly SpanKind: { readonly PRODUCER: number; readonly CONSUMER: number };
}

export interface TracingOptions {
  readonly api: TraceApi;
  /** The share of invalidations that are traced, the same ones on all nodes, 0 … 1; default 1. */
  readonly ratio?: number | undefined;
}

/** {@link TracingOptions}, checked and with the default. */
export interface Tracing {
  readonly api: TraceApi;
  readonly ratio: number;
}

/** How many values the first 8 hex digits of an id have. */
const ID_VALUES = 0x1_0000_0000;
const SAMPLED = 1;

/** @throws {ConfigInvalidError} */
export function checkTracing({ api, ratio = 1 }: TracingOptions): Tracing {
  if (typeof api?.trace?.getTracer !== 'function' || typeof api.context?.active !== 'function')
    throw new ConfigInvalidError(
      "admin.tracing.api is not OpenTelemetry's: import * as api from '@opentelemetry/api'",
    );
  if (typeof ratio !== 'number' || !(ratio >= 0 && ratio <= 1))
    throw new ConfigInvalidError(`admin.tracing.ratio is ${ratio}: use 0 to 1`);
  return { api, ratio };
}

/**
 * One trace for each logged invalidation, from its publication to its application on every node.
 * Nothing travels for it: the trace's id is made of what all nodes know of the append, its id and its
 * log's, so that those who learn of it from the log are in the trace too. The span in which the
 * application published is linked. Hints have no place in a log, and no trace.
 *
 * @returns a function that ends it
 */
export function traceDrops(node: AdminNode, { api, ratio }: Tracing): () => void {
  const tracer = api.trace.getTracer('hearsay');
  return node.on((event) => {
    if (event.kind !== 'drop') return;
    const root = rootOf(event.drop, ratio);
    if (!root) return;
    const { scope, target, via, from, place } = event.drop;
    const isOwn = via === 'local';
    const caller = isOwn ? api.trace.getSpanContext(api.context.active() as never) : undefined;
    const options = {
      kind: isOwn ? api.SpanKind.PRODUCER : api.SpanKind.CONSUMER,
      attributes: {
        'hearsay.node': node.self.node,
        'hearsay.scope': scope,
        'hearsay.target.kind': target.kind,
        'hearsay.via': via,
        'hearsay.version': place?.version ?? 0,
        ...(from ? { 'hearsay.from': from.node } : {}),
      },
      links: caller ? [{ context: caller }] : [],
    };
    const context = api.trace.setSpanContext(api.ROOT_CONTEXT as never, root);
    tracer.startSpan(isOwn ? 'hearsay publish' : 'hearsay apply', options, context as never).end();
  });
}

/** The parent of all spans of one invalidation; nobody reports it. */
function rootOf({ place }: Drop, ratio: number): SpanContext | undefined {
  if (place?.logId === undefined) return undefined;
  const { appendId, logId } = place;
  // The same choice on every node, for append ids are random.
  if (Number.parseInt(appendId.slice(0, 8), 16) >= ratio * ID_VALUES) return undefined;
  return {
    traceId: `${logId.slice(0, 16)}${appendId}`,
    spanId: appendId,
    traceFlags: SAMPLED,
    isRemote: true,
  };
}
