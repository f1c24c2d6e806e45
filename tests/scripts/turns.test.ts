import { createHash } from "node:crypto";
import { rmSync, statSync } from "node:fs";

import { clean, Host } from "./host";
import { nodeOn, pod, rolloutOn, sendTo, type Told } from "./node";

let host: Host;
beforeEach(() => (host = new Host("systemctl", "journalctl", "hostname")));
afterEach(() => host.remove());

const restarted = "var/lib/keelson/restarted";
const kept = "var/lib/keelson/scripts/w-docker/turn";
const send = (files: Readonly<Record<string, string>>, name?: string) => sendTo(host, files, name);
const deferred = (unit: string) => `${unit}.service: its restart is deferred to the step w-rollout\n`;
const rollout = (direction?: string) => rolloutOn(host, direction);
const cluster = (told: Told = {}) => nodeOn(host, told);
const wrote = (name: string) => host.read(`var/lib/keelson/scripts/${name}/wrote`);

beforeEach(() => {
  send({ a: "old", b: "old" });
  host.called();
});

describe("a unit whose settings change", () => {
  test("restarts at once where no pods are at work", () => {
    expect(send({ a: "new", b: "new" })).toEqual(clean);
    expect(host.restarts()).toEqual(["a.service", "b.service"]);
    expect(host.has(kept)).toBe(false);
  });
  test("waits for its machine's turn on a node, and so do its files: a reboot meanwhile finds the old ones", () => {
    host.becomeNode();
    expect(send({ b: "new", a: "new" })).toEqual({ ...clean, stderr: deferred("b") + deferred("a") });
    expect(host.restarts()).toEqual([]);
    expect([host.read("a"), host.read("b"), host.has(kept)]).toEqual(["old\n", "old\n", true]);
  });
  test("waits no more where it is to be as it was", () => {
    host.becomeNode();
    send({ a: "new" });
    expect(send({ a: "old" })).toEqual(clean);
    expect([host.has(kept), host.restarts()]).toEqual([false, []]);
  });
  test("starts at once where it does not run: nothing is at work on it", () => {
    host.becomeNode();
    host.stub("systemctl", '[ "$*" != "is-active --quiet a.service" ]');
    expect(send({ a: "new", b: "new" })).toEqual({ ...clean, stderr: deferred("b") });
    expect(host.restarts()).toEqual(["a.service"]);
    expect([host.read("a"), host.read("b")]).toEqual(["new\n", "old\n"]);
  });
  test("starts at once on a file that is gone", () => {
    host.becomeNode();
    rmSync(host.path("a"));
    expect(send({ a: "old" })).toEqual({ ...clean, stderr: deferred("a") });
    expect(host.read("a")).toBe("old\n");
  });
  test("is left alone where it runs on them already", () => {
    host.becomeNode();
    expect(send({ a: "old" })).toEqual(clean);
    expect([host.has(kept), host.restarts()]).toEqual([false, []]);
  });
});

test("what is kept for a turn has no secret in it, and is root's alone", () => {
  host.becomeNode();
  const script = `up() { :; }\nturn() { echo new | put '${host.path("a")}' 0644; run_unit a.service '${host.path("a")}'; }\ndown() { :; }`;
  host.run({ name: "w-docker", script, values: { TOKEN: "canary-token" }, secrets: ["TOKEN"] });
  expect(host.read(kept)).not.toContain("canary-token");
  expect(statSync(host.path(kept)).mode & 0o777).toBe(0o600);
});

describe("rollout.sh", () => {
  const ends =
    "error: w is not healthy on its new settings, and it is on those of its last good start again; no other node is restarted. " +
    "Its conditions and the kubelet's last lines are above. What differs: - old | + new.\n";
  /** A node on which restarts wait. */
  const defer = (...scripts: readonly (readonly [string, Readonly<Record<string, string>>])[]) => {
    host.becomeNode();
    for (const [name, files] of scripts) send(files, name);
    host.called();
  };
  const deferOne = () => defer(["w-docker", { a: "new" }]);

  test("says what to do where somebody has reset the node", () => {
    expect(rollout().stderr).toMatch(
      /error: .*kubelet.conf is gone, as after kubeadm reset: .*the next up finds that, and the machine joins once more/,
    );
  });
  test("does nothing where nothing waits", () => {
    cluster();
    host.becomeNode();
    expect(rollout()).toEqual(clean);
    // A run that was cut off may have left the node cordoned.
    expect(host.called()).toEqual([expect.stringMatching(/^kubectl get node w .*cordoned-for}$/)]);
  });
  test("takes the turn, and is done when the node and its pods are well again", () => {
    deferOne();
    cluster();
    expect(rollout()).toEqual({ ...clean, stderr: "restarting a.service\nw runs on its new settings\n" });
    expect(host.restarts()).toEqual(["a.service"]);
    expect([host.read("a"), host.has(kept), host.has(restarted)]).toEqual(["new\n", false, false]);
    expect(host.read(`var/lib/keelson/units/a.service.good${host.path("a")}`)).toBe("new\n");
  });
  test("counts what its kubelet has told since it was started, and not what the one before it told while the node was drained", () => {
    deferOne();
    cluster({ renewed: "now + 5 seconds" });
    host.stub("ps", "echo -60");
    host.stub("systemctl", 'case "$*" in *MainPID*) echo 7 ;; esac');
    expect(rollout().stderr).toContain("timed out after 1 s waiting for the node w to be ready again");
    cluster({ renewed: "now + 90 seconds" });
    expect(rollout().status).toBe(0);
  });
  test("lets a node take pods again whose units do not come up in its turn", () => {
    deferOne();
    cluster();
    const marked = host
      .read("stubs/kubectl")
      .replace(
        "*cordoned-for*) ;;",
        `"patch node"*) echo "$@" >'${host.path("patched")}' ;;\n*cordoned-for*) echo 1.36.3 ;;`,
      );
    host.write("stubs/kubectl", marked);
    host.stub("curl");
    host.stub("systemctl", '[ "$1" != restart ]');
    expect(rollout().status).toBe(1);
    expect(host.read("patched")).toContain('"unschedulable": null');
  });
  test("takes those of several scripts in the order in which they first ran", () => {
    send({ c: "old" }, "w-kubelet");
    defer(["w-kubelet", { c: "new" }], ["w-docker", { b: "new", a: "new" }]);
    cluster();
    expect(rollout().status).toBe(0);
    expect(host.restarts()).toEqual(["b.service", "a.service", "c.service"]);
  });
  test("leaves each script's memory as its turn has left the machine, well or not", () => {
    const digestOf = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);
    cluster({ ready: "False" });
    deferOne();
    expect(rollout().status).toBe(1);
    expect(wrote("w-docker")).toContain(`file ${digestOf("old\n")}`);
    cluster();
    expect(rollout().status).toBe(0);
    expect(wrote("w-docker")).toContain(`file ${digestOf("new\n")}`);
    expect(wrote("w-docker")).toContain(`file ${digestOf("plain\n")}`);
  });
  test.each([
    ["is gone, and none that was not ready before", pod("two", "False") + pod("three", "False")],
    ["has done what it was for", pod("one", "False", "Succeeded", "Job")],
    ["failed, of a Job", pod("one", "False", "Failed", "Job")],
  ])("awaits no pod that %s", (_, pods) => {
    deferOne();
    cluster({ pods });
    expect(rollout().status).toBe(0);
  });
  test.each([
    ["the node is not ready", { ready: "False" }, "the node w to be ready again"],
    ["what the node says is from before", { renewed: "now - 60 seconds" }, "the node w to be ready again"],
    ["a pod is not ready again", { pods: pod("one", "False") }, "the pods that were ready on w to be ready again"],
    ["a pod was rejected", { pods: pod("one", "False", "Failed") }, "the pods that were ready on w to be ready again"],
  ])("goes back where %s, says what was different, and begins again in the next run", (_, found, awaited) => {
    deferOne();
    cluster(found);
    expect(rollout()).toEqual({
      ...clean,
      status: 1,
      stderr: `restarting a.service\ntimed out after 1 s waiting for ${awaited}\nConditions:\n  Ready False\nAddresses:\n${ends}`,
    });
    expect(host.restarts()).toEqual(["a.service", "a.service"]);
    expect([host.read("a"), host.has(kept)]).toEqual(["old\n", true]);
    cluster();
    expect(rollout().status).toBe(0);
    expect(host.read("a")).toBe("new\n");
  });
  test("goes on with what a turn that was cut off has begun", () => {
    defer(["w-docker", { a: "new", b: "new" }]);
    cluster();
    host.stub("systemctl", `[ "$*" != "restart b.service" ] || kill -9 $PPID`);
    expect(rollout().status).not.toBe(0);
    host.stub("systemctl");
    host.restarts();
    expect(rollout().status).toBe(0);
    expect(host.restarts()).toEqual(["b.service"]);
    expect([host.read("a"), host.read("b"), host.has(kept), host.has(restarted)]).toEqual([
      ...["new\n", "new\n"],
      ...[false, false],
    ]);
  });
  test("restarts nothing where the API does not answer", () => {
    deferOne();
    host.stub("kubectl", "exit 1");
    expect(rollout()).toEqual({
      ...clean,
      status: 1,
      stderr:
        "error: the API did not report node w, so nothing is restarted: see systemctl status kubelet.service there\n",
    });
    expect(host.restarts()).toEqual([]);
  });
  test("leaves nothing when it goes", () => {
    deferOne();
    expect(rollout("down")).toEqual(clean);
    expect(host.has(kept)).toBe(false);
  });

  describe("on a machine on which an earlier release put a restart off", () => {
    const putOff = "var/lib/keelson/put-off";
    beforeEach(() => {
      host.becomeNode();
      host.write(putOff, `a.service ${host.path("a")}\n`);
      host.write(`var/lib/keelson/units/a.service.next${host.path("a")}`, "next\n");
      cluster();
    });

    test("makes it", () => {
      expect(rollout()).toEqual({ ...clean, stderr: "restarting a.service\nw runs on its new settings\n" });
      expect([host.read("a"), host.has(putOff)]).toEqual(["next\n", false]);
      expect(host.has("var/lib/keelson/units/a.service.next")).toBe(false);
    });
    test("makes the one of a script that was sent since", () => {
      send({ a: "new" });
      expect(rollout().status).toBe(0);
      expect([host.restarts(), host.read("a")]).toEqual([["a.service"], "new\n"]);
    });
  });
});
