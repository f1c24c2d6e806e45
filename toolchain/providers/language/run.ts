import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import * as wire from "@pulumi/pulumi/proto/language_pb";

import { fromStruct } from "../wireFormat";

/** What the SDK's runner ends with when it has told the person all there is to say. */
const exitSaidAll = 32;
/** How long a program that is asked to end may take, milliseconds. */
const gracePeriod = 5000;

/** A program of Node's under way, by Pulumi's own runner in the program's own SDK. */
export class Run {
  private constructor(
    private readonly child: ChildProcess,
    readonly response: Promise<wire.RunResponse>,
  ) {}

  static start(request: wire.RunRequest, engine: string): Run | wire.RunResponse {
    const program = request.getInfo()?.getProgramDirectory() ?? request.getPwd();
    const runner = join(program, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js");
    if (!existsSync(runner)) {
      return failed("It looks like the Pulumi SDK has not been installed. Have you run pulumi install?");
    }
    const options = optionsOf(request);
    if (typeof options === "string") return failed(options);
    const child = spawn("node", [...options.nodeArgs, runner, ...argumentsOf(request, engine)], {
      env: { ...process.env, ...variablesOf(request, options.typescript) },
      stdio: ["ignore", "inherit", "inherit"],
    });
    return new Run(child, responseOf(child));
  }

  /** Asks the program to end, and ends it when it does not. */
  cancel(): void {
    this.child.kill("SIGINT");
    setTimeout(() => this.child.kill("SIGKILL"), gracePeriod).unref();
  }

  /** Nobody is left to whom it could matter. */
  kill(): void {
    this.child.kill("SIGKILL");
  }
}

function failed(error: string): wire.RunResponse {
  return new wire.RunResponse().setError(error);
}

interface Options {
  readonly nodeArgs: readonly string[];
  readonly typescript: boolean;
}

/** The runtime's options in Pulumi.yaml that the stand-in carries, or what is wrong with them. */
function optionsOf(request: wire.RunRequest): Options | string {
  const { nodeargs = "", typescript = true } = fromStruct(request.getInfo()?.getOptions());
  if (typeof typescript !== "boolean") return "typescript option must be a boolean";
  if (typeof nodeargs !== "string") return "nodeargs option must be a string";
  if (/["'\\]/.test(nodeargs)) return "the stand-in language host takes nodeargs without quotes and backslashes only";
  return { nodeArgs: nodeargs.split(/\s+/).filter((word) => word !== ""), typescript };
}

/** What the runner takes. Source: cmd/run of the SDK. */
function argumentsOf(request: wire.RunRequest, engine: string): readonly string[] {
  const info = request.getInfo();
  const named = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    "root-directory": info?.getRootDirectory() ?? "",
    stack: request.getStack(),
    pwd: info?.getProgramDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    info?.getEntryPoint() ?? ".",
    ...request.getArgsList(),
  ];
}

/** The stack's configuration reaches the SDK in the environment, by its older names: "keelson:config:machines". */
function variablesOf(request: wire.RunRequest, typescript: boolean): Record<string, string> {
  const config = [...request.getConfigMap().entries()].map(([key, value]) => [key.replace(":", ":config:"), value]);
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(config)),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(typescript ? { PULUMI_NODEJS_TYPESCRIPT: "true" } : {}),
  };
}

function responseOf(child: ChildProcess): Promise<wire.RunResponse> {
  return new Promise((resolve) => {
    child.on("error", ({ message }) =>
      resolve(failed(`Problem executing program (could not run language executor): ${message}`)),
    );
    child.on("close", (code) => {
      if (code === 0) resolve(new wire.RunResponse());
      else if (code === exitSaidAll) resolve(new wire.RunResponse().setBail(true));
      else resolve(failed(`Program exited with non-zero exit code: ${String(code ?? -1)}`));
    });
  });
}
