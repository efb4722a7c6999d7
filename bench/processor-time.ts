import { readFileSync } from 'node:fs';

/** Linux reports in hundredths of a second, whatever the kernel's own tick. */
const TICKS_PER_SECOND = 100;

/** What a process has had of the processors so far, in seconds, in user and kernel mode, of all its threads. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name of the program stands in brackets and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
