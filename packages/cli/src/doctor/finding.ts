/** One thing that was looked at. */
export interface Finding {
  readonly group: string;
  readonly check: string;
  readonly verdict: 'ok' | 'warning' | 'fault';
  readonly detail: string;
  /** What to do about it; empty where it is well. */
  readonly fix: string;
}

export interface Looked {
  readonly isWell: boolean;
  /** What was seen. */
  readonly detail: string;
  /** What it is where it is not well; default `fault`. */
  readonly otherwise?: 'warning' | 'fault';
  readonly fix: string;
}

/** A finding without its group. */
export type Checked = Omit<Finding, 'group'>;

export function checked(
  check: string,
  { isWell, detail, otherwise = 'fault', fix }: Looked,
): Checked {
  return isWell
    ? { check, verdict: 'ok', detail, fix: '' }
    : { check, verdict: otherwise, detail, fix };
}

/** @returns their names, or what stands for nobody */
export function listed(nodes: readonly { readonly node: string }[], nobody: string): string {
  return nodes.map(({ node }) => node).join(', ') || nobody;
}
