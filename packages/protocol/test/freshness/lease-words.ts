import {
  databaseIncarnationOf,
  type Epoch,
  type LeaseRow,
  type LeaseSeq,
  type LeaseTable,
  type NodeName,
  type Origin,
} from '@hearsay/spi';
import type { LogLife } from '../../src/freshness/lease-machine.js';
import { logIdOf } from './model-log.js';

export const SELF = origin('self');

export const LIFE: LogLife = { logId: logIdOf(1), incarnation: databaseIncarnationOf('life-1') };
export const NEXT_LIFE: LogLife = { ...LIFE, incarnation: databaseIncarnationOf('life-2') };
export const OTHER_LOG: LogLife = { ...LIFE, logId: logIdOf(2) };

export function origin(node: string): Origin {
  return { node: node as NodeName, epoch: '00000000000000aa' as Epoch };
}

export function leaseRow(holder: Origin, leaseSeq = 1, leaseMs = 1000): LeaseRow {
  return { holder, leaseSeq: leaseSeq as LeaseSeq, leaseMs };
}

export function tableOf(rows: readonly LeaseRow[], other: Partial<LeaseTable> = {}): LeaseTable {
  const leaseMsMax = Math.max(0, ...rows.map(({ leaseMs }) => leaseMs));
  return { ...LIFE, rows, complete: true, leaseMsMax, ...other };
}
