/** The letters are those of the invariants in docs/GUARANTEES.md, the others its rules. */
export type Broken = 'A' | 'B' | 'C' | 'D' | 'E' | 'F' | 'G' | 'H' | 'I' | 'J' | 'F2' | 'F4' | 'M1';

/** What broke, where and when, in one line. */
export interface Violation {
  readonly broken: Broken;
  readonly atMs: number;
  readonly node: string;
  readonly text: string;
}

/** Says that something broke now. */
export type Accuse = (broken: Broken, node: string, text: string) => void;
