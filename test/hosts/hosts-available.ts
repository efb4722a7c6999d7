import { isInstalled } from './commands.ts';
import { HostNetwork } from './host-network.ts';

export type HostsAvailability =
  | { readonly available: true }
  | { readonly available: false; readonly reason: string };

let found: HostsAvailability | undefined;

/** @returns whether this machine can have a HostNetwork; it is tried, once */
export function hostsAvailable(): HostsAvailability {
  found ??= find();
  return found;
}

function find(): HostsAvailability {
  if (process.platform !== 'linux') return lacking('hosts are Linux network namespaces');
  if (process.getuid?.() !== 0) return lacking('only root may make network namespaces');
  for (const command of ['ip', 'tc'])
    if (!isInstalled(command)) return lacking(`no ${command}: install iproute2`);
  try {
    HostNetwork.probe();
    return { available: true };
  } catch (error) {
    return lacking(error instanceof Error ? error.message : String(error));
  }
}

function lacking(reason: string): HostsAvailability {
  return { available: false, reason };
}
