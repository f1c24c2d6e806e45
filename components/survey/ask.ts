import { readFileSync } from "node:fs";
import { join } from "node:path";

import { askScript } from "../etcd";
import type { MachineConfig } from "../machine";
import { composeLook } from "../script";
import { dialTime, throughBastion, withEach, type Login } from "../ssh";
import { look, type Asked } from "./look";
import type { SurveySettings } from "./settings";

/** A machine, and how to log in there. */
interface Place {
  readonly config: MachineConfig;
  readonly login: Login;
}

/** Longest wait for the next thing that one machine tells after its login, and for all of it, milliseconds: a busy one takes long. */
const patience = 10_000;
const wholePatience = 60_000;

/** Asks once, with so many times the usual patience. */
export async function askAll(
  places: readonly Place[],
  environment: SurveySettings,
  times: number,
): Promise<readonly Asked[]> {
  if (places.length === 0) return [];
  const program = surveyProgram(nginxUrl(environment));
  const bounds = {
    loginMs: times * dialTime(environment.ssh),
    timeoutMs: times * patience,
    printingMs: times * wholePatience,
  };
  // Everybody waits for the bastion's login, which is one.
  return throughBastion(environment.ssh.bastion, 3 * bounds.loginMs, (way) =>
    withEach(places, async ({ config, login }) => ({ config, ...(await look(login, program, way, bounds)) })),
  );
}

/** What a machine runs to tell of itself. */
export function surveyProgram(nginx = ""): string {
  const texts = [askScript, join(__dirname, "survey.sh")].map((file) => readFileSync(file, "utf8"));
  return composeLook(texts.join("\n"), { NGINX: nginx });
}

function nginxUrl({ workloads, machines }: SurveySettings): string {
  const master = machines.find(({ roles }) => roles.includes("master"));
  return workloads.enabled && workloads.nginx.replicas > 0 && master
    ? `http://${master.address}:${workloads.nginx.nodePort}`
    : "";
}
