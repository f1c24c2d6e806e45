import { clean, Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host("docker", "ctr", "podman")));
afterEach(() => host.remove());

test.each(["true", "false"])("Docker of a snap is neither worked beside nor adopted; adopt: %s", (adopt) => {
  host.write("var/snap/docker/common/x", "");
  const { stdout } = host.run({
    script: `up() { check_engines; }\nproblem() { echo "$*"; }`,
    uses: [Host.script("machine/engines.sh"), "check_publisher() { :; }"],
    values: { ADOPT: adopt, DOCKER_PACKAGES: "distribution" },
  });
  expect(stdout).toMatch(/^Docker of a snap is here .* which cannot be adopted: snap remove docker$/m);
});

test.each([
  ["distribution", ["containerd.io"], "containerd.io is installed"],
  ["distribution", ["containerd", "runc"], ""],
  ["docker", ["containerd", "runc"], "containerd runc is installed"],
  ["docker", ["docker-ce-cli"], ""],
])(
  "packages of the other publisher are named where docker.packages is %s, and %j are there",
  (packages, there, said) => {
    const { stdout } = host.run({
      script: `up() { check_engines; }\nproblem() { echo "$*"; }`,
      uses: [
        Host.script("machine/engines.sh"),
        `pkg_installed() { [[ " ${there.join(" ")} " = *" $1 "* ]]; }`,
        'command() { [ "$2" != dockerd ] && builtin command "$@"; }',
        "work_of_docker() { return 1; }",
      ],
      values: { ADOPT: "false", DOCKER_PACKAGES: packages },
    });
    if (said === "") expect(stdout).toBe("");
    else expect(stdout).toContain(said);
  },
);

test.each([
  [
    "Docker's volumes",
    'case "$*" in *info*) echo 0 0 inactive ;; *volume*) exit 1 ;; esac',
    "Docker is at work here, with 0 containers, 0 images and an unknown number of volumes",
  ],
  [
    "containerd's containers",
    'case "$*" in *"namespaces ls"*) echo other ;; *containers*) exit 1 ;; esac',
    "containerd is at work here, in the namespaces other",
  ],
])("an engine that does not list %s may have some", (what, answers, said) => {
  for (const program of ["docker", "ctr"]) host.stub(program, "exit 1");
  host.stub(what.startsWith("Docker") ? "docker" : "ctr", answers);
  const { stdout } = host.run({
    script: `up() { check_engines; }\nproblem() { echo "$*"; }`,
    uses: [Host.script("machine/engines.sh"), "check_publisher() { :; }", "check_packages() { :; }"],
    values: { ADOPT: "false", DOCKER_PACKAGES: "distribution" },
  });
  expect(stdout).toContain(said);
});

test("a client that knows nothing of its daemon, and prints numbers all the same, has not been asked", () => {
  host.stub("docker", `[ "$1" != info ] || { echo '0 0 '; exit 0; }; exit 1`);
  const asked = () => host.up("! work_of_docker", { uses: [Host.script("machine/engines.sh")] });
  expect(asked()).toEqual(clean);
  host.write("var/lib/docker/volumes/x/_data/y", "");
  expect(asked().stdout).toBe(
    `${host.path("var/lib/docker")} has containers, volumes or images of a Docker that does not run\n`,
  );
});
