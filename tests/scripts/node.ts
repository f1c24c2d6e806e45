import type { ScriptParts } from "../../components/script/compose";
import { Host } from "./host";

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

/** Sends a script that keeps units running, each on a file of its own. */
export const sendTo = (host: Host, files: Readonly<Record<string, string>>, name = "w-docker") => {
  const lines = Object.entries(files).map(
    ([unit, text]) => `echo ${text} | put '${host.path(unit)}' 0644\nrun_unit ${unit}.service '${host.path(unit)}'`,
  );
  const script = `up() { echo plain | put '${host.path(name)}' 0644; }\nturn() {\n${lines.join("\n")}\n}\ndown() { :; }`;
  return host.run({ name, script, secrets: [] });
};

const short = (script: string) => script.replace(/wait_for 1[28]0/g, "wait_for 1");

/** What rollout.sh uses, but for other authorities, of which there are none. */
const rolloutScripts = [
  ...["endpoint/servers", "endpoint/yield", "certificates/trust", "node/cordon", "node/rollout/drain"].map((name) =>
    Host.script(`${name}.sh`),
  ),
  "authorities_differ() { false; }\nfollow_authorities() { :; }\n",
];

/** Has the node w take its turn; the script may begin with something else, and have values of its own. */
export const rolloutOn = (host: Host, direction = "up", before = "", values: ScriptParts["values"] = {}) =>
  host.run(
    {
      name: "w-rollout",
      script: `${before}${short(Host.script("node/rollout/rollout.sh"))}`,
      uses: rolloutScripts,
      values: {
        ...{ NODE: "w", RELEASE: "1.36.3", DRAIN: false, DRAIN_SECONDS: 1, VIRTUAL_ADDRESS: "" },
        ...values,
      },
    },
    direction,
  );
