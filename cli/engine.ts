import type { Workspace } from "@pulumi/pulumi/automation";

/** The SDK's own way to a command, which it does not show. It is pinned, and the tests would miss it. */
interface Runner {
  readonly runPulumiCmd?: (args: string[]) => Promise<{ readonly stdout: string }>;
}

/** Runs one of Pulumi's commands as the SDK runs those that it has a function for; what it printed. */
export function engineOf(workspace: Workspace): (...args: string[]) => Promise<string> {
  return async (...args) => {
    const runner = workspace as Runner;
    if (!runner.runPulumiCmd) throw new Error("the Automation API of @pulumi/pulumi runs no commands in this release");
    return (await runner.runPulumiCmd(args)).stdout;
  };
}
