/** Shows one line on a terminal, each time over the last; elsewhere nothing. */
export class Progress {
  readonly #part: string;

  constructor(part: string) {
    this.#part = part;
  }

  readonly show = (text: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${this.#part}: ${text}`);
  };

  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  }
}
