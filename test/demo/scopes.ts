/** The two scopes of the service; each is a table of the same name. */
export const SCOPES = ['package', 'licence'] as const;
export type DemoScope = (typeof SCOPES)[number];

/** `eventual`. Longer than the longest run, so that an expiry cannot be the cause of a drop (invariant I). */
export const PACKAGE_TTL_MS = 900_000;
/** `bounded`: whether a package may be shipped must not be stale for long; what it depends on may. */
export const LICENCE_BOUND_MS = 500;
export const LICENCE_TTL_MS = 30_000;
