/**
 * What the switch does with the IPv4 packets that come from one host, as a program in the kernel
 * (classic BPF, run by `tc`). It needs no netfilter, and one replacement changes everything at once.
 * Packets are dropped without an answer. ARP passes: a cut looks like a silent route, not like a
 * neighbour that has gone, which the kernel would report to the sender.
 */
export interface PortFilter {
  /** Hosts that nothing may reach. */
  readonly cutTo: Iterable<number>;
  /** 0 … 100, each packet by itself. */
  readonly lossPercent: number;
}

/** Hosts are told apart by the last two bytes of their link addresses. */
const LAST_OF_DESTINATION = 4;

/** Instructions of classic BPF (linux/filter.h). */
const LOAD_HALF_WORD = 0x28;
const LOAD_WORD = 0x20;
const JUMP_IF_EQUAL = 0x15;
const JUMP_IF_GREATER_OR_EQUAL = 0x35;
const RETURN = 0x06;
/** Loading from here gives 32 random bits (SKF_AD_OFF + SKF_AD_RANDOM). */
const RANDOM = 2 ** 32 - 0x1000 + 56;

/** Verdicts (linux/pkt_cls.h). */
const ON_TO_THE_NEXT_FILTER = 2 ** 32 - 1;
const DROP = 2;

const JUMP_MAX = 255;
/** So that the jump over all comparisons fits. */
export const HOSTS_MAX = JUMP_MAX - 4;

export function linkAddress(host: number): string {
  const [high, low] = [host >> 8, host & 0xff].map((byte) => byte.toString(16).padStart(2, '0'));
  return `02:48:53:00:${high}:${low}`;
}

/** @returns the program as `tc … bpf bytecode` takes it: the count, then "code true false operand" each */
export function bytecode({ cutTo, lossPercent }: PortFilter): string {
  const cuts = [...cutTo];
  const loss = lossInstructions(lossPercent);
  const jumps = cuts.map((host, index) => {
    // A jump counts the instructions that it leaves out: all up to the last.
    const leftOut = cuts.length - 1 - index + loss.length + 1;
    return `${JUMP_IF_EQUAL} ${leftOut} 0 ${host}`;
  });
  const program = [
    ...(cuts.length > 0 ? [`${LOAD_HALF_WORD} 0 0 ${LAST_OF_DESTINATION}`, ...jumps] : []),
    ...loss,
    `${RETURN} 0 0 ${ON_TO_THE_NEXT_FILTER}`,
    `${RETURN} 0 0 ${DROP}`,
  ];
  return [program.length, ...program].join(',');
}

function lossInstructions(percent: number): string[] {
  const lostFrom = Math.round(2 ** 32 * (1 - percent / 100));
  if (lostFrom === 2 ** 32) return [];
  return [`${LOAD_WORD} 0 0 ${RANDOM}`, `${JUMP_IF_GREATER_OR_EQUAL} 1 0 ${lostFrom}`];
}
