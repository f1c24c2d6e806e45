import type { Program, Registered } from "../support/program";
import { find, run } from "./program.fixture";

let program: Program;
beforeAll(async () => {
  program = await run();
});

/** What the state has once for all machines. */
function textsOf(resources: readonly Registered[]): Readonly<Record<string, Record<string, unknown>>> {
  const found = resources.find(({ type }) => type === "keelson:script:Texts");
  return (found?.inputs ?? {}) as Record<string, Record<string, unknown>>;
}

describe("a script", () => {
  test("has what it shares with others in the state once, in clear, and nothing there that others of its values make secret", () => {
    const inputs = textsOf(program.resources);
    expect(Object.keys(inputs["docker.sh"] ?? {})).toContain("/etc/docker/daemon.json");
    expect(String(inputs["kubelet.sh"]?.["KUBELET_CONFIG"])).toContain("kind: KubeletConfiguration");
    expect(String(find(program, "worker-1-kubelet").inputs.stdin)).not.toContain("KubeletConfiguration");
    expect(Object.keys(inputs["master.sh"] ?? {}).filter((name) => !name.includes("/default-"))).toEqual(["master.sh"]);
  });
  test("of one moment is not run again by way of a machine that may never have had what it was made of", () => {
    const again = ["worker-1-join", "worker-1-docker"].map((name) => find(program, name).inputs.update);
    expect(again).toEqual(["cat >/dev/null", undefined]);
  });
  test("of a master keeps files of the stack's own encrypted", async () => {
    const files = [{ path: "/etc/kubernetes/keelson/encryption.yaml", content: "canary".repeat(50) }];
    const more = await run({ kubernetes: { apiServer: { files } } });
    expect(JSON.stringify(textsOf(more.resources))).not.toContain("canary");
    const script = find(more, "master-1-master");
    expect([String(script.inputs.stdin).includes("canary"), script.secrets.includes("stdin")]).toEqual([true, true]);
  });
});
