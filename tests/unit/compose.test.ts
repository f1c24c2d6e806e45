import { readFileSync } from "node:fs";
import { join } from "node:path";

import { compose, quote } from "../../components/machine/compose";

const lib = readFileSync(join(__dirname, "../../components/machine/lib.sh"), "utf8");
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

main "$1" </dev/null
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
