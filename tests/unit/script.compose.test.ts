import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compose, quote, type ScriptParts } from "../../components/script/compose";
import { changedParts } from "../../components/script/kept";

const lib = ["lib.sh", "memory.sh"]
  .map((name) => readFileSync(join(__dirname, "../../components/script", name), "utf8"))
  .join("\n");
const parts = { name: "worker-1-join", script: "up() { :; }\ndown() { :; }\n" };

/** What a program has besides the library. */
const rest = (program: string) => program.slice(lib.length);

test("a program is library, values, files, script and call, in this order", () => {
  const program = compose({
    ...parts,
    uses: ["used() { :; }\n\n\n"],
    values: { TEXT: "it's", NUMBER: 6443, TRUTH: true, LIST: ["a b", "c"], EMPTY: [] },
    files: [
      { path: "/etc/a", content: "one" },
      { path: "/etc/b", content: "two\n", mode: "0600" },
    ],
  });
  expect(program.startsWith(lib)).toBe(true);
  expect(rest(program)).toBe(`
readonly SCRIPT='worker-1-join'

used() { :; }

readonly TEXT='it'\\''s'

readonly NUMBER='6443'

readonly TRUTH='true'

readonly -a LIST=('a b' 'c')

readonly -a EMPTY=()

write_files() {
  put '/etc/a' 0644 <<'END_OF_FILE'
one
END_OF_FILE
  put '/etc/b' 0600 <<'END_OF_FILE'
two
END_OF_FILE
}
remove_files() {
  remove_file '/etc/b'
  remove_file '/etc/a'
}

up() { :; }
down() { :; }

main "$@" </dev/null
exit
`);
});

test("functions are there for scripts without files, too", () => {
  expect(rest(compose(parts))).toContain("\nwrite_files() {\n  :\n}\nremove_files() {\n  :\n}\n");
});

test("the same parts make the same program", () => {
  expect(compose({ ...parts, values: { A: "1" } })).toBe(compose({ ...parts, values: { A: "1" } }));
  expect(compose({ ...parts, values: { A: "1" } })).not.toBe(compose({ ...parts, values: { A: "2" } }));
});

test("a file's end is no line of the file", () => {
  const content = "END_OF_FILE\nEND_OF_FILE_\nlast";
  const program = compose({ ...parts, files: [{ path: "/a", content }] });
  expect(program).toContain(`<<'END_OF_FILE__'\n${content}\nEND_OF_FILE__\n}`);
});

test.each(["lower", "1A", "A-B", "", "A=1;B", "A B"])("%j is no name of a value", (name) => {
  expect(() => compose({ ...parts, values: { [name]: "x" } })).toThrow(
    `"${name}" is no name for a script's value: use capitals, digits and underscores`,
  );
});

test("a text becomes one word", () => {
  expect(quote("")).toBe("''");
  expect(quote("a'b''c")).toBe(`'a'\\''b'\\'''\\''c'`);
  expect(quote("$(id)\n`id`")).toBe("'$(id)\n`id`'");
  expect(() => quote("\0")).toThrow("remove it");
});

describe("what changed since an earlier program", () => {
  const whole: ScriptParts = {
    ...parts,
    uses: ["used() { :; }\n"],
    values: { TEXT: "one", LIST: ["a", "b"] },
    files: [
      { path: "/etc/a", content: "one" },
      { path: "/etc/b", content: "two", mode: "0600" },
    ],
  };
  const before = compose(whole);
  const changed = (more: Partial<ScriptParts>) => [...changedParts({ ...whole, ...more }, before)];

  test("is nothing where nothing did", () => expect(changed({})).toEqual([]));
  test("is a value, a list or a file, by its name", () => {
    expect(changed({ values: { TEXT: "two", LIST: ["a", "b"] } })).toEqual(["TEXT"]);
    expect(changed({ values: { TEXT: "one", LIST: ["b", "a"] } })).toEqual(["LIST"]);
    expect(changed({ values: { TEXT: "one", LIST: ["a", "b"], NEW: "" } })).toEqual(["NEW"]);
    const [a, b] = whole.files ?? [];
    expect(changed({ files: [{ path: "/etc/a", content: "other" }, ...(b ? [b] : [])] })).toEqual(["/etc/a"]);
    expect(changed({ files: [...(a ? [a] : []), { path: "/etc/b", content: "two" }] })).toEqual(["/etc/b"]);
  });
  test("is several of them, in their order", () => {
    const files = [{ path: "/etc/c", content: "" }];
    expect(changed({ values: { TEXT: "two", LIST: [] }, files })).toEqual(["TEXT", "LIST", "/etc/c"]);
  });
  test("is the script, where its text, what it uses or the library is another", () => {
    expect(changed({ script: "up() { true; }\ndown() { :; }\n" })).toEqual(["script"]);
    expect(changed({ uses: ["used() { true; }\n"] })).toEqual(["script"]);
    expect([...changedParts(whole, before.slice(1))]).toEqual(["script"]);
  });
  test("is everything, where nothing is known of it", () => {
    expect([...changedParts(whole, "")]).toEqual(["script", "TEXT", "LIST", "/etc/a", "/etc/b"]);
  });
  test("is no value that is the beginning of the one before", () => {
    const long = compose({ ...parts, values: { TEXT: "one more" } });
    expect([...changedParts({ ...parts, values: { TEXT: "one" } }, long)]).toEqual(["TEXT"]);
  });
});
