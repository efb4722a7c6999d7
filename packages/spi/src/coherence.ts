/**
 * How well a transport hears the others.
 * - `coherent`: nothing is known to be missing
 * - `catching-up`: something is known to be missing and being repaired
 * - `isolated`: others are known and none answers, or the medium that leads to them is out of reach
 * - `alone`: nobody else is known; healthy. A medium that cannot count its members never says so
 */
export type Coherence = 'coherent' | 'catching-up' | 'isolated' | 'alone';
