import { askingCases, askingCutCases } from './transport-suite/asking.js';
import { deliveryCases } from './transport-suite/delivery.js';
import { lifecycleCases } from './transport-suite/lifecycle.js';
import { repairCases } from './transport-suite/repair.js';
import { type MakeTransports, withRig } from './transport-suite/rig.js';

export type { MakeTransports, TransportsUnderTest } from './transport-suite/rig.js';

export interface TransportSuiteOptions {
  /** Whether `disconnect` and `reconnect` are made too; adds the cases of repair and isolation. */
  readonly disconnects: boolean;
  /** Whether the transport has `asking`; adds its cases. */
  readonly asks: boolean;
  /** How long a case waits for what must happen before it fails. Default 15,000; never waited in full otherwise. */
  readonly deadlineMs?: number;
}

/** One case for any test runner: `run` resolves or rejects with what is wrong. */
export interface TransportCase {
  readonly name: string;
  run(): Promise<void>;
}

/**
 * What every `CacheInvalidationTransport` must do, over whatever medium. Cases are independent of
 * each other and may run in parallel if the maker allows it.
 */
export function transportSuite(
  make: MakeTransports,
  options: TransportSuiteOptions,
): readonly TransportCase[] {
  const cases = [
    ...lifecycleCases,
    ...deliveryCases,
    ...(options.disconnects ? repairCases : []),
    ...(options.asks ? askingCases : []),
    ...(options.asks && options.disconnects ? askingCutCases : []),
  ];
  return cases.map(({ name, count, run }) => ({
    name,
    run: () => withRig(make, count, options.deadlineMs ?? 15_000, run),
  }));
}
