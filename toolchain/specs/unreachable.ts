import type { Run } from "../onMachine";

/**
 * Packets to an address of a Service that no rule translates leave by a machine's default route. Beyond that of local machines there may
 * be what answers in any address' place, and a port that a Service has no more seems to be open: they are refused on the machine.
 * @returns What takes the rules away again.
 */
export function refuseUntranslated(services: string, run: Run): () => void {
  const rules = ["FORWARD", "OUTPUT"].map((chain) => `${chain} -d ${services} -j REJECT`);
  const each = (action: string) => rules.map((rule) => `iptables -w ${action} ${rule}`).join(" && ");
  run(each("-I"));
  return () => void run(each("-D"));
}
