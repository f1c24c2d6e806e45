import { createHash } from "node:crypto";

import { artifactScripts, imagesScript } from "../../components/artifacts";
import { readFileSync } from "node:fs";

import { Host } from "./host";

let host: Host;
beforeEach(() => {
  host = new Host();
  host.write("archive.tar", "archive");
  ["docker", "hostname"].forEach((name) => host.stub(name));
  host.stub("ctr", '[ "$4" != ls ] || echo there');
});
afterEach(() => host.remove());

const digest = createHash("sha256").update("archive").digest("hex");
const load = (runtime: string, preamble = "") =>
  host.up(`${preamble}load_images ${runtime}`, {
    uses: [...artifactScripts, imagesScript].map((path) => readFileSync(path, "utf8")),
    values: {
      PROGRAMS: [],
      IMAGES: [`nginx ${host.path("archive.tar")} ${digest} a.example/nginx:1 a.example/pause:2`],
    },
  });
const pinned = ["a.example/nginx:1", "a.example/pause:2"].map(
  (image) => `ctr --namespace k8s.io images label ${image} io.cri-containerd.pinned=pinned`,
);

test("images that came from an archive are pinned where the runtime knows pins, those that were there before too", () => {
  for (const run of ["first", "second"]) {
    expect([run, load("containerd")]).toEqual([run, { status: 0, stdout: "", stderr: "" }]);
    expect([run, host.called().filter((call) => call.includes(" label "))]).toEqual([run, pinned]);
  }
  expect(load("docker").status).toBe(0);
  expect(host.called().filter((call) => call.startsWith("ctr"))).toEqual([]);
});

test("a name that its owner's image has on an engine that is not ours leads there afterwards, and ours take theirs", () => {
  const uses = [...artifactScripts, imagesScript].map((path) => readFileSync(path, "utf8"));
  const values = {
    PROGRAMS: [],
    IMAGES: [`nginx ${host.path("archive.tar")} ${digest} a.example/nginx:1 a.example/pause:2`],
  };
  const tags = (ours: boolean) => {
    host.stub(
      "docker",
      `case "$*" in "image inspect --format"*) case $5 in *nginx:1) echo sha256:theirs ;; *) exit 1 ;; esac ;; "image inspect"*) [[ "$*" = "image inspect a.example/nginx:1" ]] ;; esac`,
    );
    const { status, stderr } = host.up(`engine_is_ours() { ${String(ours)}; }\nload_images docker`, { uses, values });
    expect(status).toBe(0);
    return { stderr, calls: host.called().filter((call) => /^docker (load|tag)/.test(call)) };
  };
  const [load, tag] = [
    `docker load --quiet --input ${host.path("archive.tar")}`,
    "docker tag sha256:theirs a.example/nginx:1",
  ];
  // Of a run that was cut off when its image had taken the name.
  host.write("var/lib/keelson/images-theirs", "sha256:before a.example/nginx:1\n");
  expect(tags(false).calls).toEqual([load, "docker tag sha256:before a.example/nginx:1"]);
  host.bash(`rm -rf '${host.path("var/lib/keelson/images")}'`);
  expect(tags(true).calls).toEqual([load]);
  host.bash(`rm -rf '${host.path("var/lib/keelson/images")}'`);
  expect(tags(false)).toMatchObject({
    calls: [load, tag],
    stderr: expect.stringContaining("the name a.example/nginx:1 is in use") as string,
  });
});

describe("an artifact that is not where it was", () => {
  const mounted = (source: string) => `36 35 8:1 ${source} ${host.path("opt/bundle")} ro - ext4 /dev/a rw\n`;
  const said = (body: string) => {
    const uses = artifactScripts.map((path) => readFileSync(path, "utf8"));
    return host.up(body, { uses, values: { PROGRAMS: [] } }).stderr;
  };
  const [copied, loaded] = ["artifact_fetch tool PLACE x new", "artifact_verify tool PLACE x"].map(
    (body) => () => said(body.replace("PLACE", host.path("opt/bundle/bin/tool"))),
  ) as [() => string, () => string];
  const elsewhere = ": put it there, or choose another source of artifacts\n";
  beforeEach(() => {
    host.stub("hostname", "echo w-1");
    host.write("etc/keelson-machine/authorized_keys", "");
    host.write("var/lib/keelson/cluster", "0123 two-words\n");
  });

  test("is there again after a restart, where a local machine still sees a directory that was removed", () => {
    host.write("proc/self/mountinfo", mounted("/root/.cache/keelson/bundle//deleted"));
    for (const words of [copied(), loaded()]) {
      expect(words).toContain(`error: tool is not at ${host.path("opt/bundle/bin/tool")} on w-1: `);
      expect(words).toContain("docker restart keelson-two-words-w-1 ");
      expect(words).not.toContain("another source");
    }
  });
  test("is missing where the directory is there, and where the machine is nobody's container", () => {
    host.write("proc/self/mountinfo", mounted("/root/.cache/keelson/bundle"));
    expect(copied()).toContain(elsewhere);
    host.write("proc/self/mountinfo", mounted("/srv/bundle//deleted"));
    host.bash(`rm -r '${host.path("etc/keelson-machine")}'`);
    expect(loaded()).toContain(elsewhere);
  });
});

test("what was brought goes from an engine that stays, and nothing else", () => {
  host.stub("docker", `case "$*" in "image inspect"*) [[ "$*" = "image inspect a.example/pause:2" ]] ;; esac`);
  expect(load("docker").status).toBe(0);
  host.stub("docker", `[ "$*" != "image rm a.example/used:3" ]`);
  host.write("var/lib/keelson/images-brought", `${host.read("var/lib/keelson/images-brought")}a.example/used:3\n`);
  host.called();
  const uses = [readFileSync(imagesScript, "utf8")];
  const { status, stderr } = host.up("remove_images docker", { uses });
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^the image a\.example\/used:3 is left on .*\n$/)]);
  expect(host.called().filter((call) => call.startsWith("docker"))).toEqual([
    "docker image rm a.example/nginx:1",
    "docker image rm a.example/used:3",
  ]);
  expect(host.has("var/lib/keelson/images-brought")).toBe(false);
});

test("nothing is asked for of a Docker that does not answer", () => {
  host.stub("timeout", "exit 124");
  const { status, stderr } = load("docker", 'wait_for() { shift 2; "$@" >/dev/null; }\n');
  expect([status, stderr]).toEqual([
    1,
    expect.stringMatching(/^error: Docker of .* does not answer, and is given no images: see docker info there\n$/),
  ]);
  expect(host.called().filter((call) => call.startsWith("docker"))).toEqual([]);
});
