import type { Host } from "./host";

/** How a node lists a pod: its name, phase, the kind of what made it, and whether it is ready. */
export const pod = (name: string, ready: string, phase = "Running", owner = "ReplicaSet") =>
  `${name} ${phase} ${owner}/ ${ready}\\n`;

/** What a node tells after a restart. */
export interface Told {
  readonly renewed?: string;
  readonly ready?: string;
  readonly pods?: string;
}

/** A cluster whose node w tells that after the restart; before it, two pods are there, one of them ready. */
export const nodeOn = (
  host: Host,
  { renewed = "now + 60 seconds", ready = "True", pods = pod("one", "True") }: Told = {},
): void =>
  host.stub(
    "kubectl",
    `case "$*" in
      "get lease w "*) date -d '${renewed}' +%Y-%m-%dT%H:%M:%SZ ;;
      *cordoned-for*) ;;
      "get --raw /version"*) echo '"gitVersion": "v1.36.3"' ;;
      "get node w "*) echo '${ready}' ;;
      "get pods "*) if [ -e '${host.path("asked")}' ]; then printf '${pods}'; else touch '${host.path("asked")}'; printf '${pod("one", "True")}${pod("two", "False")}'; fi ;;
      "describe node w") printf 'Name: w\\nConditions:\\n  Ready False\\nAddresses:\\n' ;;
      esac`,
  );
