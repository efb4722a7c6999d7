import type { AdminClient, AdminClientOptions } from '@hearsay/admin/client';
import type { Colors } from 'picocolors/types.js';

/**
 * What `hearsay node --check` finds in a file.
 * @returns what is wrong with it, one line; `undefined` for nothing
 */
export type CheckNodeConfig = (file: string) => Promise<string | undefined>;

/** What every command is given: the node it asks, and how it answers. */
export interface Context {
  readonly client: AdminClient;
  /** Where the node is, for messages and for a second client. */
  readonly address: AdminClientOptions;
  /** One object, or one a line, instead of text for people. */
  readonly json: boolean;
  readonly colors: Colors;
  /** Columns of the terminal now; `undefined` where stdout is none: then nothing is redrawn. */
  readonly columns: number | undefined;
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal;
  readonly checkNodeConfig: CheckNodeConfig | undefined;
  /** Data, on stdout. */
  print(text: string): void;
  /** Diagnostics, on stderr. */
  note(text: string): void;
}

/** Prints an object as JSON, or as the text that `render` makes of it. */
export function answer<Reply>(
  context: Context,
  reply: Reply,
  render: (reply: Reply) => string,
): void {
  context.print(context.json ? JSON.stringify(reply, null, 2) : render(reply));
}
