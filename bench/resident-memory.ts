import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Resident memory of another process, as the kernel counts it: shared pages of files included. */
export function residentMiB(pid: number): number {
  const kib = process.platform === 'linux' ? fromProc(pid) : fromPs(pid);
  if (!(kib > 0)) throw new Error(`the resident memory of process ${pid} cannot be read`);
  return kib / 1024;
}

function fromProc(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

function fromPs(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
}
