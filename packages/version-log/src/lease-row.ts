import { type Epoch, type LeaseRow, type LeaseSeq, nodeNameOf } from '@hearsay/spi';

const EPOCH = /^[0-9a-f]{16}$/;

/** @returns `undefined` for a row that no holder can have written */
export function leaseRowOf(row: {
  readonly node: unknown;
  readonly epoch: unknown;
  readonly leaseSeq: unknown;
  readonly leaseMs: unknown;
}): LeaseRow | undefined {
  const epoch = String(row.epoch);
  const [leaseSeq, leaseMs] = [Number(row.leaseSeq), Number(row.leaseMs)];
  const counts = Number.isSafeInteger(leaseSeq) && Number.isSafeInteger(leaseMs);
  if (!EPOCH.test(epoch) || !counts || leaseSeq < 1 || leaseMs < 1) return undefined;
  try {
    const holder = { node: nodeNameOf(String(row.node)), epoch: epoch as Epoch };
    return { holder, leaseSeq: leaseSeq as LeaseSeq, leaseMs };
  } catch {
    return undefined;
  }
}
