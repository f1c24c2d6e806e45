import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

import type { Run } from "../onMachine";
import { edition, findingsIn, runsFor, type Finding } from "./findings";

/**
 * Runs the benchmark on one machine, which keeps nothing of it.
 * @param keep Is given what kube-bench printed, run by run.
 */
export function benchmark(
  machine: string,
  roles: readonly string[],
  run: Run,
  keep: (json: string) => void = () => undefined,
): readonly Finding[] {
  const directory = run("umask 077 && mktemp -d /var/tmp/kube-bench.XXXXXX").trim();
  try {
    run(`tar -xz -C ${directory}`, readFileSync(archive()));
    return runsFor(roles).flatMap((args) => {
      // Where no API server runs, kube-bench leaves a member's program to the shell, by a variable that nobody sets.
      const command = `etcdbin=etcd ${directory}/kube-bench run --config-dir ${directory}/cfg --config ${directory}/cfg/config.yaml`;
      const json = run(`cd ${directory} && ${command} --benchmark ${edition} ${args.join(" ")} --json`);
      keep(json);
      return findingsIn(machine, json);
    });
  } finally {
    run(`rm -rf ${directory}`);
  }
}

function archive(): string {
  const { KEELSON_BENCHMARK } = process.env;
  if (KEELSON_BENCHMARK !== undefined) return KEELSON_BENCHMARK;
  const { status, stdout, stderr } = spawnSync(`${__dirname}/obtain`, { encoding: "utf8" });
  if (status !== 0) throw new Error(`kube-bench could not be obtained: ${stderr}`);
  return stdout.trim();
}
