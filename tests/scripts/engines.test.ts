import { Host } from "./host";

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
