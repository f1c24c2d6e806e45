import { readFileSync } from "node:fs";
import { join } from "node:path";

import { library, type ScriptParts } from "../../components/script/compose";
import { shortDigest } from "../../components/script/digest";
import { changedParts, composeKept, handedTexts, textsOf } from "../../components/script/kept";
import type { Text } from "../../components/script/texts";
import { Host } from "./host";

const script = `up() { write_files; log "went up: $SHARED \${LIST[1]}"; }
down() { remove_files; log went down; }
`;
const used = "used() { :; }\n";
let host: Host;
let parts: ScriptParts;
/** Scripts as they lie on this machine, whose directories lie below the test's. */
let shipped: ReadonlyMap<string, Text>;
let program: string;

beforeEach(() => {
  host = new Host("hostname");
  host.stub("hostname", "echo machine");
  const long = "what many machines have alike ".repeat(5);
  const [own, all] = [
    { path: host.path("etc/own"), content: "own" },
    { path: host.path("etc/all machines"), content: long, mode: "0600" },
  ];
  parts = {
    name: "test",
    script,
    uses: [used],
    values: { SHARED: "it's shared\n", LIST: ["a", long], PROGRAM: "0123456789abcdef" },
    files: [own, all],
    secrets: [],
    shared: ["SHARED", "LIST", all.path],
  };
  const texts = [...library, used, script].map((text, index): [string, Text] => {
    const moved = library.includes(text) ? host.moved(text) : text;
    return [
      text,
      { name: ["lib.sh", "memory.sh", "used.sh", "test.sh"][index] ?? "", digest: shortDigest(moved), text: moved },
    ];
  });
  shipped = new Map(texts);
  program = composeKept(parts, shipped);
});
afterEach(() => host.remove());

const at = ({ digest }: Text) => `var/lib/keelson/texts/${digest}`;
const own = () => shipped.get(script) as Text;

/** As a run of the program does before anything is sent. */
function equip(): void {
  const take = readFileSync(join(__dirname, "../../components/script/take.sh"), "utf8");
  host.write(
    "var/lib/keelson/take",
    take.replaceAll(/\/(var\/lib|run)\/keelson/g, (path) => host.path(path.slice(1))),
  );
  for (const text of [...shipped.values(), ...textsOf(parts, shipped)]) host.write(at(text), text.text);
}

test("a program says by name and digest what it shares with others, and has the rest of it for people to read", () => {
  const [list, file, scripts] = textsOf(parts, shipped);
  // A short value is no longer than its line.
  expect([list?.name, file?.name, scripts?.name]).toEqual(["LIST", host.path("etc/all machines"), "test.sh"]);
  expect(program).toContain(
    `\nkept LIST ${list?.digest ?? ""}\nkept '${file?.name ?? ""}' ${file?.digest ?? ""}\nkept test.sh ${scripts?.digest ?? ""}\n`,
  );
  expect(program).toContain("readonly SHARED='it'\\''s shared\n'\n");
  expect(program).toContain("readonly PROGRAM='0123456789abcdef'\n");
  for (const text of ["went up", "alike"]) expect(program).not.toContain(text);
});

test("it runs by the texts that lie there, in both directions", () => {
  equip();
  const { status, stderr } = host.bash(program);
  expect([status, stderr]).toEqual([0, expect.stringMatching(/^went up: it's shared\n what many machines have alike/)]);
  expect(host.read("etc/own")).toBe("own\n");
  expect(host.read("etc/all machines")).toBe(`${"what many machines have alike ".repeat(5)}\n`);
  expect(host.bash(program, "down")).toMatchObject({ status: 0, stderr: "went down\n" });
  expect([host.has("etc/own"), host.has("etc/all machines")]).toEqual([false, false]);
});

test("nothing is undone where the machine is another cluster's by now, whatever an old state knows of it", () => {
  equip();
  host.bash(program);
  host.write("var/lib/keelson/cluster", "another-id test\n");
  expect(host.bash(program, "down an-id")).toEqual({
    ...{ status: 0, stdout: "" },
    stderr: expect.stringMatching(/^\S+ is of the cluster of stack "test" now: nothing is undone\n$/) as string,
  });
  expect(host.read("etc/own")).toBe("own\n");
  const ofAnother = composeKept({ ...parts, secrets: undefined }, shipped);
  expect(host.bash(ofAnother, "down an-id")).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(
      /^error: \S+ is of the cluster of stack "test" now, and test is undone by way of it/,
    ) as string,
  });
  expect(host.bash(program, "down another-id")).toMatchObject({ status: 0, stderr: "went down\n" });
  expect(host.has("etc/own")).toBe(false);
});

test.each(["a script", "what many share", "the list of scripts"])("%s that is not whole is never run", (which) => {
  equip();
  const [list, , scripts] = textsOf(parts, shipped);
  const text = { "a script": own(), "what many share": list, "the list of scripts": scripts }[which] as Text;
  host.write(at(text), `${text.text}log never\n`);
  const { status, stderr } = host.bash(program);
  const told = `has lost the text ${text.name} (${text.digest}), which test is made of: an up sends it again\n`;
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^error: \S+ has lost [^\n]*\n$/)]);
  expect(stderr).toContain(told);
});

test("where nothing is left of a text, the machine's own way back undoes what it did", () => {
  equip();
  host.bash(program);
  host.write(at(own()), "cut off");
  expect(host.bash(program, "down")).toMatchObject({ status: 0, stderr: "went down\n" });
  expect(host.has("etc/all machines")).toBe(false);
  expect(host.has("var/lib/keelson/scripts/test")).toBe(false);
});

test("a machine that remembers nothing has nothing to undo, and is changed by nothing that nobody sent texts for", () => {
  const told = /take: No such file or directory\n\S+ remembers nothing of this cluster: nothing is undone\n$/;
  expect(host.bash(program, "down")).toEqual({ status: 0, stdout: "", stderr: expect.stringMatching(told) as string });
  expect(host.bash(program)).toMatchObject({ status: 1 });
});

test("nor has one that was rebuilt, and sent the texts of a later program", () => {
  equip();
  host.write(at(own()), "cut off");
  const told = { status: 0, stdout: "", stderr: "machine remembers nothing of test: nothing is undone\n" };
  expect(host.bash(program, "down")).toEqual(told);
  expect(host.bash(program)).toMatchObject({ status: 1 });
  // What acts on another machine from here is not done by doing nothing.
  const of = composeKept({ ...parts, secrets: undefined }, shipped);
  expect(host.bash(of, "down")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("has lost the text") as string,
  });
});

describe("a secret that the machine is handed for each run", () => {
  const secret = "canary ".repeat(50);
  const handedParts = () => ({ ...parts, secrets: ["KEY"], handed: ["KEY"], values: { ...parts.values, KEY: secret } });
  const directory = "run/keelson/handed/test";
  const handOver = () => {
    for (const { digest, text } of handedTexts(handedParts())) host.write(`${directory}/${digest}`, text);
  };
  const said = 'up() { log "the key is $KEY"; }\ndown() { log "went down${KEY+ with the key}"; }\n';
  beforeEach(() => {
    parts = { ...parts, script: said };
    shipped = new Map([...shipped, [said, { name: "test.sh", digest: shortDigest(said), text: said }]]);
    program = composeKept(handedParts(), shipped);
    equip();
  });

  test("stands in no program by more than its digest, is read from there, and lies there no longer", () => {
    expect(program).not.toContain("canary");
    handOver();
    expect(host.bash(program)).toMatchObject({ status: 0, stderr: `the key is ${secret}\n` });
    const [text] = handedTexts(handedParts());
    expect(host.has(`${directory}/${text?.digest ?? ""}`)).toBe(false);
    expect(host.read("var/lib/keelson/scripts/test/undo")).not.toContain("canary");
  });
  test("is asked for where nobody handed it over, or what lies there is another, and nothing is done", () => {
    const refused = { status: 1, stderr: expect.stringMatching(/^error: \S+ was not handed KEY \(\w+\)/) as string };
    expect(host.bash(program)).toMatchObject(refused);
    handOver();
    const [text] = handedTexts(handedParts());
    host.write(`${directory}/${text?.digest ?? ""}`, "readonly KEY=another\n");
    expect(host.bash(program)).toMatchObject(refused);
    expect([host.has("var/lib/keelson/scripts/test"), host.has(directory)]).toEqual([false, false]);
  });
  test("of another cluster's run stays where an old state asks for the way out", () => {
    handOver();
    host.write("var/lib/keelson/cluster", "another-id test\n");
    expect(host.bash(program, "down an-id")).toMatchObject({ status: 0 });
    expect(host.has(directory)).toBe(true);
  });
  test("is of no use on the way out, where one of a run that never came goes", () => {
    handOver();
    host.bash(program);
    handOver();
    expect(host.bash(program, "down")).toMatchObject({ status: 0, stderr: "went down\n" });
    expect(host.has(directory)).toBe(false);
  });
});

describe("what changed since an earlier program", () => {
  const changed = (more: Partial<ScriptParts>, before = program) => [
    ...changedParts({ ...parts, ...more }, before, "", shipped),
  ];

  test("is nothing, where nothing did, or what is shared is another choice", () => {
    expect(changed({})).toEqual([]);
    expect(changed({ shared: [] })).toEqual([]);
    expect(changed({}, composeKept({ ...parts, shared: [] }, shipped))).toEqual([]);
  });
  test("is nothing, where an earlier release had a line for each script, or all of it whole", () => {
    const lines = textsOf(parts, shipped).at(-1)?.text ?? "";
    const earlier = composeKept({ ...parts, shared: [] }, shipped).replace(/^kept test\.sh .*\n/m, () => lines);
    expect(changed({}, earlier)).toEqual([]);
    const whole = [...shipped].reduce(
      (text, [all, { name }]) => text.replace(new RegExp(`^kept ${name} .*\n`, "m"), () => all),
      earlier,
    );
    expect(whole).toContain("went up");
    expect(changed({}, whole)).toEqual([]);
  });
  test("is a value or a file that is shared, by its name, and the script, where one that it is made of is another", () => {
    expect(changed({ values: { ...parts.values, LIST: ["b"] } })).toEqual(["LIST"]);
    const [one, two] = parts.files ?? [];
    expect(changed({ files: [one, { ...two, content: "other" }] as ScriptParts["files"] })).toEqual([two?.path]);
    expect(changed({ script: `${script}\n` })).toEqual(["script"]);
  });
});
