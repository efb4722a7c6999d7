import { runBatch } from './commands.ts';
import type { NamespaceNames } from './namespaces.ts';
import { linkAddress } from './port-filter.ts';

/** A host's only interface, in the host's namespace. */
export const INTERFACE = 'eth0';

const PREFIX_BITS = 16;
/** TCP segments travel as packets of their own: losing one is not losing forty. */
const ONE_SEGMENT = 'gso_max_segs 1';
/** Nothing speaks but what a test starts. */
const QUIET = 'addrgenmode none';

/** The switch's end of a host's cable, in the switch's namespace. */
export function portOf(host: number): string {
  return `port${host}`;
}

/** @param move how often the host has moved, 0 … 255 */
export function addressOf(host: number, move: number): string {
  return `10.77.${move}.${host + 1}`;
}

/** Joins the hosts by a switch. The machine's own namespace sees none of it. */
export function wire(names: NamespaceNames): void {
  const cables = names.hosts.map(
    (name, host) =>
      `link add ${portOf(host)} netns ${names.switch} type veth ` +
      `peer name ${INTERFACE} address ${linkAddress(host)} netns ${name}`,
  );
  runBatch('ip', cables);
  const ports = names.hosts.map((_, host) => portOf(host));
  runBatch(
    'ip',
    [
      'link add switch type bridge stp_state 0 mcast_snooping 0',
      ...ports.map((port) => `link set ${port} master switch ${QUIET} ${ONE_SEGMENT} up`),
      `link set switch ${QUIET} up`,
    ],
    names.switch,
  );
  runBatch(
    'tc',
    ports.map((port) => `qdisc add dev ${port} clsact`),
    names.switch,
  );
  for (const [host, name] of names.hosts.entries())
    runBatch(
      'ip',
      [
        'link set lo up',
        `link set ${INTERFACE} ${QUIET} ${ONE_SEGMENT} up`,
        addAddress(addressOf(host, 0)),
      ],
      name,
    );
}

/** The old address is nobody's from then on; what is still sent to it gets no answer. */
export function readdress(namespace: string, before: string, after: string): void {
  runBatch(
    'ip',
    [`address del ${before}/${PREFIX_BITS} dev ${INTERFACE}`, addAddress(after)],
    namespace,
  );
}

function addAddress(address: string): string {
  return `address add ${address}/${PREFIX_BITS} dev ${INTERFACE}`;
}
