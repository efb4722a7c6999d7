const CHARS_MAX = 500;

/** What an error says, on one line of bounded length. */
export function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, ' ').slice(0, CHARS_MAX);
}
