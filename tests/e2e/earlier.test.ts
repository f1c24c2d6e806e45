import { Earlier } from "../support/earlier";

const earlier = new Earlier();
beforeAll(async () => {
  await earlier.begin();
  await earlier.take("32f4986");
});
afterAll(() => earlier.end());

const masters = ["master-1", "master-2"];

interface Preview {
  readonly steps: readonly { readonly op: string; readonly urn: string }[];
  readonly diagnostics: readonly { readonly urn?: string; readonly message: string }[];
}

const nameOf = (urn: string) => urn.slice(urn.lastIndexOf("::") + 2);

/** Names of the scripts that ran since this was asked last, each with its direction. */
const ran = () =>
  earlier.crowd.seen
    .splice(0)
    .filter(({ direction }) => direction !== "look")
    .map(({ script, direction }) => `${script} ${direction}`);

describe("the first run over a cluster that 32f4986 made", () => {
  let preview: Preview;
  beforeAll(async () => {
    const { status, output } = await earlier.stack.pulumi("preview", "--json");
    expect([status, output]).toEqual([0, expect.anything()]);
    preview = JSON.parse(output.slice(output.indexOf("{"), output.lastIndexOf("}") + 1)) as Preview;
  });
  const namesOf = (...ops: readonly string[]) =>
    preview.steps.flatMap(({ op, urn }) => (ops.includes(op) ? [nameOf(urn)] : [])).sort();

  test("replaces nothing, and deletes nothing but records of what runs nowhere when it goes", () => {
    expect([...new Set(preview.steps.map(({ op }) => op))].sort()).toEqual(["create", "delete", "same", "update"]);
    expect(namesOf("delete")).toEqual(["worker-1-admit"]);
  });
  test("takes what is there for what it is, wherever it lies in the program by now", () => {
    const scripts = [
      "docker",
      "etcd",
      "kubelet",
      "master",
      "member",
      "preflight",
      "proxy",
      "rollout",
      "virtual-address",
    ];
    const changed = namesOf("update", "same");
    expect(changed).toEqual(
      expect.arrayContaining(["cluster", "dns", "plan", ...scripts.map((step) => `master-1-${step}`)]),
    );
    // Whatever is made is of a step that 32f4986 had not.
    const steps = ["approver", "encryption-forget", "encryption-write", "ready", "trust"];
    const others = namesOf("create").filter((name) => !steps.some((step) => name.endsWith(`-${step}`)));
    expect(others).toEqual([
      ...["authorities", "backups", "certificates", "configuration", "credentials", "encryption", "encryption"],
      ...["encryption-key-1", "health", "identity", "keelson", "pairs", "restore", "texts", "upgrade"],
    ]);
  });
  test("announces each restart in its step", () => {
    const restarts = preview.diagnostics.filter(({ message }) => /\brestarts\b/.test(message));
    const machines = { docker: [...masters, "etcd-1", "worker-1"], etcd: [...masters, "etcd-1"] };
    expect(restarts.map(({ urn = "" }) => nameOf(urn)).sort()).toEqual(
      [
        // Secrets are encrypted, which each API server is told by a flag.
        "",
        ...machines.docker.map((name) => `${name}-docker`),
        ...machines.etcd.map((name) => `${name}-etcd`),
        ...[...masters, "worker-1"].map((name) => `${name}-kubelet`),
        ...masters.flatMap((name) => [`${name}-master`, `${name}-trust`]),
      ].sort(),
    );
  });
  test("runs nothing that was done once, takes nothing back, and leaves nothing for the next", async () => {
    // A preview that does not know the way to the API yet cannot tell what the API refuses to change.
    const output = await earlier.stack.succeedPulumi("up", "--yes", "--skip-preview");
    expect(output).toMatch(/^Resources:$/m);
    expect(output).not.toMatch(/\breplac/);
    expect([...output.matchAll(/ (\S+) deleted \(/g)].map(([, name]) => name)).toEqual(["worker-1-admit"]);
    const scripts = ran();
    expect(scripts).toContain("master-1-master up");
    expect(scripts.filter((run) => / down$|^(etcd|master)-authority |-(admit|join) /.test(run))).toEqual([]);
    await earlier.stack.succeedPulumi("preview", "--expect-no-changes");
    expect(ran()).toEqual([]);
  });
});
