import { spawn } from "node:child_process";

export interface Writes {
  /** Names of what the API said it has written. */
  readonly written: readonly string[];
  /** What it said where it has not. */
  readonly refused: readonly string[];
}

/** Writes ConfigMaps by a client of the API, as "kubectl --kubeconfig FILE --request-timeout", one after the other, and says in the end how that went. */
export function writer(client: readonly string[]): { readonly end: () => Promise<Writes> } {
  const script = `trap exit TERM
    for i in $(seq 1 2000); do
      if said=$("$@" create configmap "written-$i" 2>&1); then echo "written written-$i"; else echo "refused" $said; fi
    done`;
  const child = spawn("bash", ["-c", script, "bash", ...client, "15s"], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  const gone = new Promise((resolve) => child.on("close", resolve));
  const after = (word: string) =>
    output.split("\n").flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  return {
    end: async () => {
      child.kill("SIGTERM");
      await gone;
      return { written: after("written"), refused: after("refused") };
    },
  };
}
