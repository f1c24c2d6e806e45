import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Stack } from "@pulumi/pulumi/automation";

import { giveUpLost } from "../../cli/lost";
import { root } from "../../cli/project";
import { allSettings } from "../../cli/settings";
import { listen } from "./cli.fixture";

jest.mock("../../cli/project", () => ({
  ...jest.requireActual<typeof import("../../cli/project")>("../../cli/project"),
  root: "",
}));
jest.mock("../../cli/settings", () => ({
  ...jest.requireActual<typeof import("../../cli/settings")>("../../cli/settings"),
  allSettings: jest.fn(),
}));
let said: ReturnType<typeof listen>;
beforeEach(() => {
  said = listen();
  jest.requireMock<{ root: string }>("../../cli/project").root = mkdtempSync(join(tmpdir(), "keelson-cli-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:x" };
const record = { connection: secret, create: "bash -s -- up", delete: "bash -s -- down" };
const kept = { connection: secret, create: "bash -s -- up" };
const resource = (name: string, inputs: object, type = "command:remote:Command") => ({
  ...{ urn: `urn:pulumi:unit::keelson::keelson:index:Cluster$${type}::${name}`, type, inputs, outputs: inputs },
});
const resources = [
  ...["w-preflight", "w-kubelet", "w-2-kubelet", "m-etcd", "m-member", "encryption"].map((name) =>
    resource(name, record),
  ),
  ...[resource("w-join", kept), resource("w", { delete: "theirs" }, "docker:index/container:Container")],
];

/** Reads these machines in the stack's file; gives what was imported as the stack's state, and how that file lay there. */
async function givenUp(
  machines: unknown,
): Promise<{ readonly names: readonly string[]; readonly mode: number } | undefined> {
  jest.mocked(allSettings).mockResolvedValue({ machines });
  let imported: { readonly names: readonly string[]; readonly mode: number } | undefined;
  const run = (args: string[]) => {
    expect(args).not.toContain("--show-secrets");
    const file = args.at(-1) ?? "";
    if (args[1] === "import") {
      const state = JSON.parse(readFileSync(file, "utf8")) as {
        readonly deployment: { readonly resources: typeof resources };
      };
      const changed = state.deployment.resources.filter((one, index) => {
        const [now, before] = [JSON.stringify(one), JSON.stringify(resources[index])];
        if (now !== before) expect(one).toEqual({ ...resources[index], inputs: kept, outputs: kept });
        return now !== before;
      });
      imported = { names: changed.map(({ urn }) => urn.split("::").at(-1) ?? ""), mode: statSync(file).mode & 0o777 };
    }
    return Promise.resolve({ stdout: JSON.stringify({ version: 3, deployment: { resources } }) });
  };
  await giveUpLost({ name: "unit", workspace: { runPulumiCmd: run } } as unknown as Stack);
  expect(existsSync(join(root, ".keelson", "recovered-unit.json"))).toBe(false);
  return imported;
}

test("what would run on a machine that the file marks as lost is taken out of the state, which is else as it was", async () => {
  expect(await givenUp([{ name: "w", lost: true }, { name: "w-2" }, { name: "m" }])).toEqual({
    names: ["w-preflight", "w-kubelet", "encryption"],
    mode: 0o600,
  });
  expect(said.out).toBe("  note  w is lost: nothing is undone on it\n");
});

test("that may be the only master, without which the file describes no cluster", async () => {
  const imported = await givenUp([{ name: "m", lost: true }, { name: "w" }]);
  expect(imported?.names).toEqual(["m-etcd", "m-member", "encryption"]);
});

test.each([
  ["no machine is lost", [{ name: "w" }, null]],
  ["nothing of it is in the state", [{ name: "x", lost: true }]],
  ["it is not said in so many words", [{ name: "w", lost: "yes" }]],
  ["there is no list", undefined],
])("the state stays as it is where %s", async (_, machines) => {
  expect(await givenUp(machines)).toBeUndefined();
  expect(said.out).toBe("");
});
