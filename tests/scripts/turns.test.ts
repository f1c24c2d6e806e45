import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  ["systemctl", "journalctl", "hostname"].forEach((name) => host.stub(name));
});
afterEach(() => host.remove());

const clean = { status: 0, stdout: "", stderr: "" };
const putOff = "var/lib/keelson/put-off";
const restarts = () =>
  host
    .called()
    .map((call) => /^systemctl restart (\S+)$/.exec(call)?.[1])
    .filter((unit) => unit !== undefined);
const isNode = () => host.write("etc/kubernetes/kubelet.conf", "");
const inTurn = (...units: readonly string[]) =>
  host.up(units.map((unit) => `run_unit_in_turn ${unit}.service '${host.path(unit)}'`).join("\n"));
const waiting = (unit: string) =>
  `${unit}.service is to restart with its new settings when it is this machine's turn\n`;
const lineOf = (unit: string) => `${unit}.service ${host.path(unit)}\n`;

describe("a unit whose settings change", () => {
  beforeEach(() => ["a", "b"].forEach((unit) => host.write(unit, "new\n")));

  test("restarts at once where no pods are at work", () => {
    expect(inTurn("a", "b")).toEqual(clean);
    expect(restarts()).toEqual(["a.service", "b.service"]);
    expect(host.has(putOff)).toBe(false);
  });
  test("waits for its machine's turn on a node, in the order in which it changed, and once", () => {
    host.up('mkdir -p "$STATE"');
    isNode();
    expect(inTurn("b", "a")).toEqual({ ...clean, stderr: waiting("b") + waiting("a") });
    expect(inTurn("a", "b")).toEqual({ ...clean, stderr: waiting("a") + waiting("b") });
    expect(restarts()).toEqual([]);
    expect(host.read(putOff)).toBe(lineOf("b") + lineOf("a"));
  });
  test("starts at once where it does not run: nothing is at work on it", () => {
    isNode();
    host.stub("systemctl", '[ "$1" != is-active ]');
    expect(inTurn("a")).toEqual(clean);
    expect(restarts()).toEqual(["a.service"]);
    expect(host.has(putOff)).toBe(false);
  });
  test("is left alone where it runs on them already", () => {
    inTurn("a");
    restarts();
    isNode();
    expect(inTurn("a")).toEqual(clean);
    expect(restarts()).toEqual([]);
    expect(host.has(putOff)).toBe(false);
  });
});

describe("a turn", () => {
  beforeEach(() => {
    ["a", "b"].forEach((unit) => host.write(unit, "new\n"));
    host.up('mkdir -p "$STATE"');
    isNode();
  });

  test("restarts what was put off, in its order, and what was done already no more", () => {
    inTurn("b", "a");
    restarts();
    expect(host.up("run_put_off")).toEqual({ ...clean, stderr: "restarting b.service\nrestarting a.service\n" });
    expect(restarts()).toEqual(["b.service", "a.service"]);
    expect(host.up("run_put_off").status).toBe(0);
    expect(restarts()).toEqual([]);
  });
  test("ends at the first unit that does not start", () => {
    inTurn("b", "a");
    restarts();
    host.stub("systemctl", '[ "$1" != restart ] && [ "$1" != is-active ]');
    expect(host.up("run_put_off").status).toBe(1);
    expect(restarts()).toEqual(["b.service"]);
  });
});

describe("rollout.sh", () => {
  const short = (script: string) => script.replace(/wait_for 1[28]0/g, "wait_for 1");
  const rollout = (direction = "up") =>
    host.run({ script: short(Host.script("rollout/rollout.sh")), values: { NODE: "w" } }, direction);
  /** A cluster whose node tells, after the restart, what is said here; before it, both pods are there, one of them ready. */
  const cluster = ({ renewed = "now + 60 seconds", ready = "True", pods = "one True\\ntwo False\\n" } = {}) =>
    host.stub(
      "kubectl",
      `case "$*" in
      "get lease w "*) date -d '${renewed}' +%Y-%m-%dT%H:%M:%SZ ;;
      "get node w "*) echo '${ready}' ;;
      "get pods "*) if [ -e '${host.path("asked")}' ]; then printf '${pods}'; else touch '${host.path("asked")}'; printf 'one True\\ntwo False\\n'; fi ;;
      "describe node w") printf 'Name: w\\nConditions:\\n  Ready False\\nAddresses:\\n' ;;
      esac`,
    );
  const ends =
    "error: w is not well on its new settings, and it goes on with them, for those of its last good start are not known; " +
    "no other node is restarted. Its conditions and the kubelet's last lines are above.\n";

  beforeEach(() => host.write("a", "new\n"));
  const putOffOne = () => {
    host.up('mkdir -p "$STATE"');
    isNode();
    inTurn("a");
    host.called();
  };

  test("does nothing where nothing was put off", () => {
    cluster();
    expect(rollout()).toEqual(clean);
    host.write(putOff, "");
    expect(rollout()).toEqual(clean);
    expect(host.called()).toEqual([]);
  });
  test("restarts what was put off, and is done when the node and its pods are well again", () => {
    putOffOne();
    cluster();
    expect(rollout()).toEqual({ ...clean, stderr: "restarting a.service\nw runs on its new settings\n" });
    expect(restarts()).toEqual(["a.service"]);
    expect(host.has(putOff)).toBe(false);
  });
  test("awaits no pod that is gone, and none that was not ready before", () => {
    putOffOne();
    cluster({ pods: "two False\\nthree False\\n" });
    expect(rollout().status).toBe(0);
  });
  test.each([
    ["the node is not ready", { ready: "False" }, "the node w to be ready again"],
    ["what the node says is from before", { renewed: "now - 60 seconds" }, "the node w to be ready again"],
    ["a pod is not ready again", { pods: "one False\\n" }, "the pods that were ready on w to be ready again"],
  ])("fails where %s, and begins again in the next run", (_, found, awaited) => {
    putOffOne();
    cluster(found);
    expect(rollout()).toEqual({
      ...clean,
      status: 1,
      stderr: `restarting a.service\ngave up after 1 s waiting for ${awaited}\nConditions:\n  Ready False\nAddresses:\n${ends}`,
    });
    expect(host.read(putOff)).toBe(lineOf("a"));
  });
  test("goes back to the settings on which the node was well, and says what was different", () => {
    host.up(`run_unit a.service '${host.path("a")}'`);
    host.write("a", "newer\n");
    putOffOne();
    cluster({ ready: "False" });
    expect(rollout().stderr).toContain(
      "error: w is not well on its new settings, and it is on those of its last good start again; no other node is restarted. " +
        "Its conditions and the kubelet's last lines are above. What differs: - new | + newer.\n",
    );
    expect(restarts()).toEqual(["a.service", "a.service"]);
    expect(host.read("a")).toBe("new\n");
  });
  test("restarts nothing where the API does not answer", () => {
    putOffOne();
    host.stub("kubectl", "exit 1");
    const { status, stderr } = rollout();
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr:
        "error: the API does not tell w of its pods, so nothing is restarted: see systemctl status kubelet.service there\n",
    });
    expect(restarts()).toEqual([]);
  });
  test("leaves nothing when it goes", () => {
    putOffOne();
    expect(rollout("down")).toEqual(clean);
    expect(host.has(putOff)).toBe(false);
  });
});
