/** Marks of a scope; what is older than the oldest one is at least as old. */
const MARKS_MAX = 600;
const SCOPES_MAX = 4096;

/**
 * Tells for how long a node has been behind: since the first version that it lacks was seen in the
 * log. The log gives places, not times; this page notes when it saw each.
 */
export class LagClock {
  /** @type {Map<string, { version: number, atMs: number }[]>} */
  #marks = new Map();

  /** @param {string} scope @param {number} version newest of its log @param {number} nowMs */
  note(scope, version, nowMs) {
    const marks = this.#marks.get(scope) ?? [];
    const newest = marks.at(-1)?.version;
    // A lower one is another log, or one put back.
    if (newest !== undefined && version < newest) marks.length = 0;
    if (newest !== version) marks.push({ version, atMs: nowMs });
    if (marks.length > MARKS_MAX) marks.splice(1, 1);
    if (this.#marks.size < SCOPES_MAX || this.#marks.has(scope)) this.#marks.set(scope, marks);
  }

  /** @param {string} scope @param {number} applied @param {number} nowMs @returns 0 if nothing is lacking */
  lagMs(scope, applied, nowMs) {
    const lacking = this.#marks.get(scope)?.find(({ version }) => version > applied);
    return lacking ? nowMs - lacking.atMs : 0;
  }
}
