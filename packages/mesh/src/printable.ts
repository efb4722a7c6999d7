const CHARS_MAX = 256;

/** Control and format characters (ANSI, bidirectional marks), line ends, lone surrogates. */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** @returns what came from the network as one line of at most 256 characters that a terminal only shows */
export function printable(text: string): string {
  const escaped = text
    .slice(0, CHARS_MAX)
    .replace(UNSAFE, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
  return escaped.length > CHARS_MAX ? `${escaped.slice(0, CHARS_MAX - 1)}…` : escaped;
}
