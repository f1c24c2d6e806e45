import type { EngineEvent, OpType } from "@pulumi/pulumi/automation";

import { Story } from "../../cli/preview";

const script = "keelson:worker:Worker$command:remote:Command";
const urnOf = (name: string, type = script) => `urn:pulumi:dev::keelson::${type}::${name}`;

interface Change {
  readonly type?: string;
  readonly old?: object;
  readonly now?: object;
  readonly paths?: readonly string[];
}

let story: Story;
beforeEach(() => {
  story = new Story();
});

const event = (event: object) => story.event(event as EngineEvent);
const step = (name: string, op: OpType, { type = script, old, now, paths = [] }: Change = {}) =>
  event({
    resourcePreEvent: {
      metadata: {
        urn: urnOf(name, type),
        op,
        type: type.split("$").at(-1),
        ...(old ? { old: { inputs: old } } : {}),
        ...(now ? { new: { inputs: now } } : {}),
        detailedDiff: Object.fromEntries(paths.map((path) => [path, { diffKind: "update", inputDiff: true }])),
      },
    },
  });
const tell = (message: string, urn = "", severity = "info") =>
  event({ diagnosticEvent: { urn, message, severity, color: "never" } });

test("nothing is told where nothing changes", () => {
  step("worker-1-docker", "same");
  step("worker-1-node", "read");
  expect(story.text()).toBe("");
});

test("each machine is told with what it means, what changes there, and what is made and goes", () => {
  tell("<{%reset%}>worker-3: is new: Docker Engine is installed and started<{%reset%}>\n");
  tell("worker-1: leaves: its node is cordoned");
  for (const name of ["preflight", "docker", "join"]) step(`worker-3-${name}`, "create");
  step("worker-2-docker", "update", { paths: ["stdin"], old: { stdin: "a" }, now: { stdin: "b" } });
  step("worker-2-kubelet", "update", { paths: ["stdin"] });
  step("worker-2-join", "replace");
  step("worker-2-join", "create-replacement");
  step("worker-1-rollout", "delete");
  step("worker-1-join", "delete");
  tell("Docker restarts in the machine's turn, its pods keep running", urnOf("worker-2-docker"));
  tell("Docker Engine is installed and started", urnOf("worker-3-docker"));
  expect(story.text()).toBe(`worker-1
  ! leaves: its node is cordoned
  - worker-1-join, worker-1-rollout

worker-2
  ~ worker-2-docker: Docker restarts in the machine's turn, its pods keep running
  ~ worker-2-kubelet
  ± worker-2-join

worker-3
  ! is new: Docker Engine is installed and started
  + worker-3-docker: Docker Engine is installed and started
  + worker-3-preflight, worker-3-join
`);
});

test("what earlier releases had is told to leave a living cluster without harm", () => {
  step("worker-2-admit", "delete");
  step("worker-2-docker", "update", { paths: ["stdin"] });
  expect(story.text()).toBe(`worker-2
  ~ worker-2-docker
  - worker-2-admit: leaves the state: the program itself lets machines join by now, and nothing is undone
`);
});

test("etcd comes after the machines, and the cluster last", () => {
  const deployment = "keelson:workloads:Workloads$kubernetes:apps/v1:Deployment";
  step("nginx-deployment", "update", {
    type: deployment,
    paths: ["spec.replicas", 'metadata.annotations["example.com/a.b"]', "spec.template.spec.containers[0].image"],
    old: { spec: { replicas: 3, template: { spec: { containers: [{ image: "nginx:1" }] } } } },
    now: {
      spec: {
        replicas: 5,
        template: { spec: { containers: [{ image: `registry.example.com/${"n".repeat(60)}:2` }] } },
      },
      metadata: { annotations: { "example.com/a.b": "c" } },
    },
  });
  step("nginx", "create", { type: "keelson:workloads:Workloads$kubernetes:core/v1:Service" });
  step("dns", "update");
  step("etcd-authority", "create");
  tell("etcd: 3 → 4 → 3 members: d joins as a learner, then with a vote; a leaves");
  step("zeta-etcd-member", "create");
  step("zeta-virtual-address", "create");
  expect(story.text()).toBe(`zeta
  + zeta-etcd-member, zeta-virtual-address

etcd
  ! 3 → 4 → 3 members: d joins as a learner, then with a vote; a leaves

the cluster
  + etcd-authority, nginx
  ~ nginx-deployment: spec.replicas: 3 → 5; metadata.annotations["example.com/a.b"]: none → c; spec.template.spec.containers[0].image: nginx:1 → registry.example.com/nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn...
  ~ dns
`);
});

test("containers are told with their machines, and their network with this computer", () => {
  const local = (kind: string) => ({ type: `keelson:local:LocalMachines$docker:index/${kind}:${kind}` });
  step("machines", "create", local("network"));
  step("worker-1", "create", local("volume"));
  step("worker-1", "create", local("container"));
  step("worker-1-docker", "create");
  expect(story.text()).toBe(`this computer
  + machines

worker-1
  + worker-1, worker-1-docker
`);
});

test("components, providers and the plan itself are nobody's news, nor are warnings and stand-ins", () => {
  step("docker", "create", { type: "keelson:docker:DockerEngine" });
  step("cluster", "create", { type: "pulumi:providers:kubernetes" });
  step("plan", "update", { type: "pulumi:index:Stash" });
  tell("stand-in plugin for docker");
  tell("worker-1: broke", "", "warning");
  tell("worker-1: broke", "", "error");
  expect(story.text()).toBe("");
});

/** Everything is told of the names, in an order of the engine's. */
function build(names: readonly string[]): void {
  for (const name of names) {
    tell(`${name}: is new`);
    step(name, "create", { type: "keelson:local:LocalMachines$docker:index/container:Container" });
    for (const chapter of ["join", "docker", "preflight"]) step(`${name}-${chapter}`, "create");
    tell("Docker Engine is installed and started", urnOf(`${name}-docker`));
  }
}

const nodes = (...numbers: readonly number[]) => numbers.map((number) => `worker-${number}`);

test("four machines or more of which all the same is told are told together", () => {
  build(nodes(10, 9, 2, 1, 8, 5));
  build(["node009", "node010", "node011", "other"]);
  step("worker-5-rollout", "create");
  expect(story.text()).toBe(`node009 to node011, other, worker-1, worker-2, worker-8 to worker-10: 9 machines, each
  ! is new
  + docker: Docker Engine is installed and started
  + container, preflight, join

worker-5
  ! is new
  + worker-5-docker: Docker Engine is installed and started
  + worker-5, worker-5-preflight, worker-5-join, worker-5-rollout
`);
});
test("three are told one by one, in the order of their numbers", () => {
  build(nodes(10, 2, 1));
  const heads = story.text().match(/^\S.*$/gm);
  expect(heads).toEqual(nodes(1, 2, 10));
});

test("words of the engine that speak of nobody are of the cluster", () => {
  tell("Nobody in particular: is meant");
  expect(story.text()).toBe("the cluster\n  ! Nobody in particular: is meant\n");
});
