import { Host } from "./host";
import { killAtSteps, killer } from "./killer";
import { rolloutOn } from "./node";

// A node's turn amid an upgrade to another minor release. Its kubelet is the release that is in its unit's file when it starts.
const [before, after] = ["1.35.4", "1.36.3"];
let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

/** A kubelet's settings come, which is put off to the node's turn. */
const send = (release: string) =>
  host.run({
    name: "w-kubelet",
    script: `up() { :; }\nturn() { echo ${release} | put '${host.path("unit")}' 0644\nrun_unit kubelet.service '${host.path("unit")}'\n}\ndown() { :; }`,
    secrets: [],
  });

/** A node at work on the release before, with one pod that leaves when it is evicted. */
function node(): void {
  host.remove();
  host = new Host("journalctl", "hostname", "sleep", "curl");
  const [running, cordoned, pods] = [host.path("running"), host.path("cordoned"), host.path("pods")];
  host.stub("systemctl", `[ "$*" != "restart kubelet.service" ] || cp '${host.path("unit")}' '${running}'`);
  host.stub(
    "kubectl",
    `case "$*" in
    *nodeInfo.kubeletVersion*) echo "v$(cat '${running}')" ;;
    "get --raw /version"*) printf '"gitVersion": "v${after}"\n' ;;
    *spec.unschedulable*) [ ! -e '${cordoned}' ] || echo true ;;
    *metadata.annotations*) [ ! -e '${cordoned}' ] || echo ${after} ;;
    "patch node"*null*) rm -f '${cordoned}' ;;
    "patch node"*) touch '${cordoned}' ;;
    "get pods"*custom-columns*) cat '${pods}' ;;
    "get pods"*) echo "one Running ReplicaSet/ True" ;;
    "get lease"*) date -d 'now + 60 seconds' +%Y-%m-%dT%H:%M:%SZ ;;
    "get node"*) echo True ;;
    "create --raw"*) : >'${pods}' ;;
    esac`,
  );
  host.write("pods", "shop cart-1 <none> ReplicaSet Running u1\n");
  send(before);
  host.becomeNode();
  send(after);
}

const takeTurn = (release: string, kill = 0) =>
  rolloutOn(host, "up", killer(kill, "kubectl", "bash"), { RELEASE: release, DRAIN: true, DRAIN_SECONDS: 5 });

test.each([
  ["the next run ends it", after],
  ["the release before is what is asked for again", before],
])("a turn that is killed at any of its steps leaves no node cordoned when %s", (_, release) => {
  const steps = killAtSteps((step) => {
    node();
    const { status } = takeTurn(after, step);
    if (release === before) send(before);
    expect({ step, ...takeTurn(release) }).toMatchObject({ step, status: 0 });
    expect([step, host.read("running").trim(), host.has("cordoned")]).toEqual([step, release, false]);
    return status;
  });
  expect(steps).toBeGreaterThan(7);
});
