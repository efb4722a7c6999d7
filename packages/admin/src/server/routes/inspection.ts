import { membersView, scopeViews } from '../../node-view.js';
import { debugShape } from '../../shapes/debug.js';
import { faultsShape } from '../../shapes/faults.js';
import { histogramsShape } from '../../shapes/histograms.js';
import { lagShape } from '../../shapes/lag.js';
import { membersShape, pingQuery, pingShape, reachabilityShape } from '../../shapes/members.js';
import { sampleBody, sampleShape } from '../../shapes/sample.js';
import { scopesShape, statusShape } from '../../shapes/status.js';
import { whyQuery, whyShape } from '../../shapes/why.js';
import { debugView } from '../debug-view.js';
import { jsonRoute, type Route } from '../route.js';
import { statusView } from '../status-view.js';

/** Routes that only look. */
export const INSPECTION_ROUTES: readonly Route[] = [
  jsonRoute({
    path: '/v1/status',
    summary: 'What this node knows of itself.',
    name: 'Status',
    shape: statusShape,
    run: (_, api) => statusView(api),
  }),
  jsonRoute({
    path: '/v1/members',
    summary: 'Whom this node believes to be there, and why; the dead and the left for a while too.',
    name: 'Members',
    shape: membersShape,
    run: (_, { node }) => membersView(node),
  }),
  jsonRoute({
    path: '/v1/scopes',
    summary: 'How far each scope is applied on this node, and how fresh it is.',
    name: 'Scopes',
    shape: scopesShape,
    run: (_, { node }) => ({ scopes: scopeViews(node) }),
  }),
  jsonRoute({
    path: '/v1/lag',
    summary: 'How far each scope is applied on every node, against the log.',
    name: 'Lag',
    shape: lagShape,
    run: (_, { cluster }) => cluster.lag(),
  }),
  jsonRoute({
    path: '/v1/why',
    summary:
      'Which invalidations took the entry under a key, from whom, how and when, on which nodes.',
    query: whyQuery,
    name: 'Why',
    shape: whyShape,
    errors: [400, 404],
    run: ({ query }, { cluster }) => cluster.why(query),
  }),
  jsonRoute({
    path: '/v1/sample',
    summary: 'What each node has cached of a scope, as digests: to be compared with the database.',
    body: sampleBody,
    name: 'Sample',
    shape: sampleShape,
    errors: [400, 404, 503],
    run: ({ body }, { cluster }) => cluster.sample(body),
  }),
  jsonRoute({
    path: '/v1/reachability',
    summary: 'Whom each member can reach: a matrix.',
    name: 'Reachability',
    shape: reachabilityShape,
    run: (_, { cluster }) => cluster.reachability(),
  }),
  jsonRoute({
    path: '/v1/ping',
    summary: 'Asks one member for an answer, and measures the round trip.',
    query: pingQuery,
    name: 'Ping',
    shape: pingShape,
    errors: [400, 404, 501, 504],
    run: ({ query }, { cluster }) => cluster.ping(query.node),
  }),
  jsonRoute({
    path: '/v1/faults',
    summary: 'What went wrong in the last hour, as this node saw it.',
    name: 'Faults',
    shape: faultsShape,
    run: (_, { faults }) => ({ faults: faults.list() }),
  }),
  jsonRoute({
    path: '/v1/histograms',
    summary: 'Convergence and staleness, as in the metrics.',
    name: 'Histograms',
    shape: histogramsShape,
    run: (_, { metrics }) => metrics.histograms(),
  }),
  jsonRoute({
    path: '/v1/debug',
    summary: 'All of the above in one bundle for a bug report, without secrets.',
    name: 'Debug',
    shape: debugShape,
    run: (_, api) => debugView(api),
  }),
];
