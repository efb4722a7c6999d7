/** Where time comes from. Handed in, so that a test or a simulation owns it. */
export interface Clock {
  /** Milliseconds on a monotonic clock with any origin; never falls. */
  monotonicMs(): number;
  /** Milliseconds since 1970. Only shown to people and compared to find jumps; decides nothing. */
  wallMs(): number;
}

/** What a logger must offer; pino's loggers fit: an error is the field `err`. Remote junk is counted, not logged per item. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
