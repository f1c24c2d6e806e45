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
const load = (runtime: string) =>
  host.up(`load_images ${runtime}`, {
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
