import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import * as pulumi from "@pulumi/pulumi";

import { exits } from "../../cli/commands";
import { endingOf } from "../../cli/endings";
import { apiSilence } from "../../components/endpoint/api";
import { refuse } from "../../components/plan";
import { ConfigError } from "../../components/settings/problems";
import { stateFile, strayState, takenName } from "../../components/settings/place";
import { silenceOf } from "../../components/ssh";
import { unreachableMessage } from "../../components/ssh/reachability";
import { refuseOthers } from "../../components/survey/identity";

/** As the engine hands an error of the program's own on. */
const through = (message: string) => `update failed: before hook "keelson-run" failed: ${message}`;
const thrown = (raise: () => unknown): string => {
  try {
    raise();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was raised");
};

const machine = { name: "worker-1", where: "192.0.2.11:22", why: "no answer within 5 s" };
const login = { host: "192.0.2.11", port: 22, user: "admin" };

describe("a machine is unreachable", () => {
  test.each([
    ["that does not answer", () => unreachableMessage([machine])],
    ["and another", () => unreachableMessage([machine, { ...machine, name: "worker-2" }])],
    ["the bastion", () => unreachableMessage([{ ...machine, name: "the bastion" }])],
    ["that answers as another", () => unreachableMessage([{ ...machine, isAnother: true }])],
    [
      "that takes no login",
      () => `worker-1 ${silenceOf(new Error("All configured authentication methods failed"), login).silence}`,
    ],
  ])("%s", (_, message) => {
    expect(endingOf(["update failed", through(message())])).toBe("unreachable");
  });
  test("for the plugin, which tried often", () => {
    const raised = readFileSync(join(__dirname, "../../toolchain/providers/command/dial.ts"), "utf8");
    const [, text = ""] = /new Error\(`(after [^`]*)`/.exec(raised) ?? [];
    expect(endingOf([text.replace("${failed - 1}", "4")])).toBe("unreachable");
  });
  test("or the cluster's API", () => {
    expect(endingOf([apiSilence("https://192.0.2.11:6443", "ECONNREFUSED")])).toBe("unreachable");
  });
});

test.each([
  'configured Kubernetes cluster is unreachable: unable to load schema information from the API server: Get "https://192.0.2.11:6443/openapi/v2"',
  "Preview failed: failed to read resource state due to unreachable cluster.",
  "the cluster at https://192.0.2.11:6443 cannot be reached: connect ECONNREFUSED",
])("the cluster is unreachable, in its plugin's words: %s", (words) => {
  expect(endingOf([words])).toBe("unreachable");
});

test("a machine is unfit", () => {
  const script = readFileSync(join(__dirname, "../../components/machine/preflight.sh"), "utf8");
  const [, text = ""] = /log "([^"]*\$\(hostname\)[^"]*fit[^"]*)"/.exec(script) ?? [];
  expect(endingOf([`Process exited\n${text.replace("$(hostname)", "worker-1")}\n  - swap is on`])).toBe("unfit");
});

/** What is said where a cluster's state lies in the checkout, and another backend is in use. */
function elsewhere(): string {
  const directory = mkdtempSync(join(tmpdir(), "keelson-endings-"));
  const place = { stack: "unit", directory, env: { PULUMI_BACKEND_URL: "s3://elsewhere" } };
  mkdirSync(dirname(stateFile(place)), { recursive: true });
  writeFileSync(stateFile(place), JSON.stringify({ checkpoint: { latest: { resources: [{ urn: "one" }] } } }));
  const said = strayState(place) ?? "";
  rmSync(directory, { recursive: true });
  return said;
}

test.each([
  ["the configuration", () => new ConfigError("unit", [{ path: ["machines"], message: "is missing" }]).message],
  ["a stack's name", () => takenName({ stack: "state" }) ?? ""],
  ["a state elsewhere", elsewhere],
  ["a change", () => thrown(() => refuse("unit", ["kubernetes.version goes back"]))],
  [
    "another's machines",
    () => {
      jest.spyOn(pulumi, "getStack").mockReturnValue("unit");
      const config = { name: "worker-1", address: "192.0.2.11" };
      return thrown(() => refuseOthers([{ config, answer: { owner: "another prod" } }] as never, "one unit"));
    },
  ],
])("%s is refused", (_, message) => {
  expect(endingOf([through(message())])).toBe("refused");
});

test("what is of no kind has failed", () => {
  expect(endingOf(["nginx does not answer at http://192.0.2.11:30080", "the token did not appear"])).toBe("failed");
  expect(endingOf([])).toBe("failed");
});

test("one that is unreachable counts before one that is unfit", () => {
  const unfit = "worker-1 is not fit, and nothing was changed on it:";
  expect(exits[endingOf([unfit, unreachableMessage([machine])])]).toBe(3);
});
