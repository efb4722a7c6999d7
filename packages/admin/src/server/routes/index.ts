import type { Route } from '../route.js';
import { ACTION_ROUTES } from './actions.js';
import { INSPECTION_ROUTES } from './inspection.js';
import { PROBE_ROUTES } from './probes.js';

export const ROUTES: readonly Route[] = [...PROBE_ROUTES, ...INSPECTION_ROUTES, ...ACTION_ROUTES];
