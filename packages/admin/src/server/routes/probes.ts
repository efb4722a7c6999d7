import { liveShape, readyShape } from '../../shapes/status.js';
import { jsonRoute, type Route } from '../route.js';

/** Routes for those who watch over processes. */
export const PROBE_ROUTES: readonly Route[] = [
  jsonRoute({
    path: '/livez',
    summary: 'Whether this process turns its event loop.',
    open: true,
    name: 'Live',
    shape: liveShape,
    run: () => ({ live: true }),
  }),
  jsonRoute({
    path: '/readyz',
    summary: 'Whether to send requests here: 200 or 503. It turns before a bound breaks.',
    open: true,
    name: 'Ready',
    shape: readyShape,
    statusOf: ({ ready }) => (ready ? 200 : 503),
    run: ({ caller }, { node }) => {
      const { ready, reasons } = node.state().readiness;
      return caller.isTrusted
        ? { ready, reasons: reasons.map((reason) => ({ ...reason })) }
        : { ready };
    },
  }),
  {
    method: 'GET',
    path: '/metrics',
    summary: "Figures in Prometheus' text format.",
    open: false,
    local: false,
    query: undefined,
    body: undefined,
    reply: { kind: 'text', mediaType: 'text/plain; version=0.0.4; charset=utf-8' },
    errors: [],
    run: async (_, { metrics }) => ({ status: 200, body: await metrics.text() }),
  },
];
