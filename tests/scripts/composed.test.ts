import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { composeLook } from "../../components/script/compose";
import { composed, sources, type Composed } from "./composed";

const isThere = spawnSync("shellcheck", ["--version"]).status === 0;
const components = join(__dirname, "../../components");

/** Programs that are made of the same scripts differ in names and addresses: one with the worst of both, and another one. */
const kinds = new Map(
  composed.map((program) => [`${program.path.startsWith("hostile/")} ${program.sources.join()}`, program]),
);

/** Programs that only look, and are sent by the program itself: what each is made of. */
const looks = [
  ["etcd/ask.sh", "survey/survey.sh"],
  ["doctor/doctor.sh"],
  ["etcd/ask.sh", "doctor/support.sh"],
  ["node/lease.sh", "node/atWork.sh"],
  ["pairs/facts.sh"],
  ["certificates/trust.sh", "rotation/proof.sh"],
  ["etcd/ask.sh", "kubelet/detected.sh", "upgrade/judge.sh", "upgrade/requests.sh", "upgrade/guard.sh"],
];
/** Scripts that run by themselves: a program puts them on a machine, or a container runs them. */
const shipped = ["endpoint/addressCheck.sh", "network/start.sh", "script/take.sh"];
const textsOf = (look: readonly string[]) => look.map((path) => readFileSync(join(components, path), "utf8"));

test("every script of the components is in a program, or is one that runs by itself", () => {
  const scripts = readdirSync(components, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".sh"));
  expect(
    [...new Set([...sources.keys(), ...[...looks.flat(), ...shipped].map((path) => `components/${path}`)])].sort(),
  ).toEqual(scripts.map((path) => `components/${path}`).sort());
});

/** A script that comes later has another one on purpose. */
const replaced = ["give_certificate"];

/** Every program takes its texts by this one, and it is not among them. */
const taking = "components/script/take.sh";

test("no two scripts of a program have a function of the same name", () => {
  const texts = new Map([...sources, [taking, readFileSync(join(components, "script/take.sh"), "utf8")]]);
  const twice = [...kinds.values()].flatMap((program) => {
    const names = [taking, ...program.sources].flatMap((path) =>
      [...(texts.get(path) ?? "").matchAll(/^([a-z_]+)\(\) /gm)].map(([, name]) => name ?? ""),
    );
    return names
      .filter((name, at) => names.indexOf(name) !== at && !replaced.includes(name))
      .map((name) => `${program.sources.at(-1) ?? ""}: ${name}`);
  });
  expect([...new Set(twice)]).toEqual([]);
});

if (!isThere) test.skip("shellcheck is not installed (apt-get install shellcheck)", () => undefined);
else {
  // A part may be there for others; values may have dollar signs; functions are called by name; os-release is a machine's.
  const excluded = ["SC2034", "SC2016", "SC2317", "SC2329", "SC1091"].map((code) => `--exclude=${code}`);
  const shellcheck = (files: readonly string[]) =>
    spawnSync("shellcheck", ["--shell=bash", "--format=gcc", ...excluded, ...files], { encoding: "utf8" });

  test("programs are as shellcheck wants them", () => {
    const directory = mkdtempSync(join(tmpdir(), "keelson-shellcheck-"));
    try {
      const files = [...kinds.values()].map(({ path, text }) => {
        const file = join(directory, path.replaceAll("/", "_"));
        writeFileSync(file, text);
        return file;
      });
      const looking = looks.map((look) => {
        const file = join(directory, basename(look.at(-1) ?? ""));
        const texts = textsOf(look);
        const values = Object.fromEntries(texts.flatMap(header).map((name) => [name, ""]));
        writeFileSync(file, composeLook(texts.join("\n"), values));
        return file;
      });
      const wrong = join(directory, "wrong.sh");
      writeFileSync(wrong, "main() { cd $1; }\n");
      expect(shellcheck([wrong]).stdout).toContain("SC2086");
      expect(files.length).toBeGreaterThan(30);
      expect(shellcheck([...files, ...looking])).toMatchObject({ stdout: "", stderr: "", status: 0 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
}

/** Set by bash, by awk, by os-release or by the environment. */
const given = new Set([
  "SECONDS",
  "PATH",
  "ID",
  "VERSION_CODENAME",
  "EPOCHREALTIME",
  "EPOCHSECONDS",
  "SCRIPT",
  "NR",
  "NF",
  "ETCDCTL_",
]);
const code = (text: string) => text.replace(/^\s*#.*$/gm, "");
const names = (text: string, pattern: RegExp) =>
  new Set([...code(text).matchAll(pattern)].map(([, name]) => name ?? ""));
const read = (text: string) => {
  const reckoned = [...code(text).matchAll(/\$\(\((.*?)\)\)/g)].map(([, sum = ""]) => sum).join(" ");
  return new Set([...names(text, /\$\{?[#!]?([A-Z][A-Z0-9_]+)/g), ...names(reckoned, /\b([A-Z][A-Z0-9_]+)\b/g)]);
};
const defined = (text: string) => names(text, /(?:^|[\s(])([A-Z][A-Z0-9_]+)=/gm);
/** What every program begins with. */
const library = ["lib.sh", "memory.sh"].map((name) => readFileSync(join(components, "script", name), "utf8"));

/** Upper-case names that a text reads and others must give it. */
function wanted(text: string): readonly string[] {
  const own = new Set([...given, ...defined(text), ...library.flatMap((text) => [...defined(text)])]);
  return [...read(text)].filter((name) => !own.has(name)).sort();
}

/** What the header of a script says after these words. */
function named(text: string, words: string): readonly string[] {
  const lines = [...text.matchAll(new RegExp(`^# ${words}: (.*)$`, "gm"))].map(([, line]) => line ?? "");
  return lines.flatMap((line) => line.split(" ")).sort();
}

const header = (text: string) => named(text, "Reads");
/** Values that no script reads: a change of them is what brings it to its machine again. */
const reasons = (text: string) => named(text, "Runs again for");

const isMain = (text: string) => /^up\(\)/m.test(text);
const mains = [...sources].filter(([, text]) => isMain(text)).map(([path]) => path);
const chapters = [...sources].filter(([, text]) => !isMain(text)).map(([path]) => path);

/** A guard of the preflight comes with what it reads, and what its functions read: the preflight itself knows of none. */
function broughtAlong({ sources: parts }: Composed): readonly string[] {
  const texts = parts.slice(library.length, -1).map((part) => sources.get(part) ?? "");
  if (!texts.some((text) => /^guard\(\)/m.test(text))) return [];
  return [...new Set(texts.flatMap((text) => [...header(text), ...reasons(text)]))];
}

test.each(mains)("%s is given the values that its header says", (path) => {
  const programs = composed.filter(({ sources }) => sources.at(-1) === path);
  expect(programs.length).toBeGreaterThan(0);
  const text = sources.get(path) ?? "";
  for (const program of programs) {
    const said = new Set([...header(text), ...reasons(text), ...broughtAlong(program)]);
    expect([...program.values].sort()).toEqual([...said].sort());
  }
});

test.each(mains)("%s reads every value of its header, itself or by its functions, and no other", (path) => {
  const text = sources.get(path) ?? "";
  const { sources: parts = [] } = composed.find(({ sources }) => sources.at(-1) === path) ?? {};
  const all = new Set(parts.flatMap((part) => [...read(sources.get(part) ?? "")]));
  expect(header(text).filter((name) => !all.has(name))).toEqual([]);
  expect(reasons(text).filter((name) => all.has(name))).toEqual([]);
  expect(wanted(text).filter((name) => !header(text).includes(name))).toEqual([]);
});

test("a guard is in the preflights of etcd's members, and in no other", () => {
  const guarded = composed.filter((program) => broughtAlong(program).length > 0).map(({ path }) => path);
  const members = composed.filter(({ path }) => path.endsWith("-etcd.sh")).map(({ path }) => path);
  expect(guarded).toEqual(members.map((path) => path.replace("-etcd.sh", "-preflight.sh")));
});

test.each(chapters)("%s, which has functions for others, says what they read", (path) => {
  const text = sources.get(path) ?? "";
  expect(header(text)).toEqual(wanted(text));
});

test.each(looks)("a look that begins with %s says what it reads, and what its parts read", (...look) => {
  const texts = textsOf(look);
  for (const text of texts.slice(0, -1)) expect(header(text)).toEqual(wanted(text));
  expect(header(texts.at(-1) ?? "")).toEqual([...new Set(texts.flatMap(wanted))].sort());
});

test.each(mains)("%s has every function that it calls", (path) => {
  const functions = (texts: readonly string[]) => texts.flatMap((text) => [...names(text, /^(\w+)\(\) ?[{(]/gm)]);
  const all = new Set(functions([...sources.values()]));
  for (const { sources: parts } of composed.filter(({ sources }) => sources.at(-1) === path)) {
    const texts = parts.map((part) => sources.get(part) ?? "");
    const own = new Set([...functions(texts), "write_files", "remove_files"]);
    const called = texts.flatMap((text) => [...names(text, /(\w+_\w+)/g)]).filter((name) => all.has(name));
    expect(called.filter((name) => !own.has(name))).toEqual([]);
  }
});

test.each(mains)("%s has its way back, or leaves nothing", (path) => {
  const leavesNothing = path.endsWith("/authority.sh");
  expect(/^down\(\)/m.test(sources.get(path) ?? "")).toBe(!leavesNothing);
});

test("no script declares what would be local where a machine reads its text in a function", () => {
  const local = [...sources].filter(([, text]) => /^(declare|typeset) (?!-[a-zA-Z]*g)/m.test(text));
  expect(local.map(([path]) => path)).toEqual([]);
});

test("a value that nobody reads, and one that nobody gives, are found", () => {
  expect(wanted('up() { echo "$GIVEN ${#LIST[@]} ${OTHER:-}"; local OWN=1; echo "$OWN $STATE"; } # $COMMENT')).toEqual([
    ...["COMMENT", "GIVEN", "LIST", "OTHER"],
  ]);
  const text = "# Text.\n# Reads: B A\n# Reads: C\n# Runs again for: D\n";
  expect([header(text), reasons(text)]).toEqual([["A", "B", "C"], ["D"]]);
});
