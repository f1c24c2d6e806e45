import fc from "fast-check";

import { compose, quote, type ScriptFile, type ScriptValue } from "../../components/script/compose";
import { Host } from "./host";

let host: Host;
beforeEach(() => (host = new Host()));
afterEach(() => host.remove());

/** Texts that mean something to a shell, and any others that a shell can hold. */
const special = ["'", "''", '"', "\\", "\\\n", "$", "$(id)", "${HOME}", "`id`", "\n", "\r\n", "\t", "!", "~", "*", "#"];
const words = [
  ...special,
  "END_OF_FILE",
  "END_OF_FILE_",
  "\nEND_OF_FILE\n",
  "EOF",
  "é☸𝛑",
  "\u0001\u007f",
  "-n",
  "a b",
  ";",
  "&&",
];
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }).map((text) => text.replaceAll("\0", "")),
  fc
    .array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 5 })), { maxLength: 12 })
    .map((parts) => parts.join("")),
);
const clean = text.filter((text) => !text.includes("\0"));

const hex = (text: string) => Buffer.from(text).toString("hex");

/** Has a machine say, byte for byte, what it was given: many values in one run, for a bash takes its time to start. */
function came(values: Readonly<Record<string, ScriptValue>>, files: readonly ScriptFile[] = []): readonly string[] {
  const say = Object.entries(values).map(([name, value]) =>
    typeof value === "object"
      ? `echo "list \${#${name}[@]}"; for item in "\${${name}[@]}"; do say "$item"; done`
      : `say "$${name}"`,
  );
  const script = `say() { printf 'text '; printf %s "$1" | od -An -v -tx1 | tr -d ' \\n'; echo; }
put() { say "$1"; printf 'mode %s\\nbody ' "$2"; od -An -v -tx1 | tr -d ' \\n'; echo; }
up() {
:
${say.join("\n")}
write_files
}
down() { :; }`;
  const { status, stdout, stderr } = host.run({ script, values, files });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.split("\n").slice(0, -1);
}

const valuesOf = (texts: readonly string[]) => Object.fromEntries(texts.map((text, index) => [`V${index}`, text]));

describe("a machine gets, byte for byte,", () => {
  test("every text that is a value", () => {
    fc.assert(
      fc.property(fc.array(clean, { minLength: 60, maxLength: 60 }), (texts) => {
        expect(came(valuesOf(texts))).toEqual(texts.map((text) => `text ${hex(text)}`));
      }),
      { numRuns: 8 },
    );
  });
  test("every list", () => {
    fc.assert(
      fc.property(fc.array(fc.array(clean, { maxLength: 5 }), { minLength: 20, maxLength: 20 }), (lists) => {
        const values = Object.fromEntries(lists.map((list, index) => [`L${index}`, list]));
        const expected = lists.flatMap((list) => [`list ${list.length}`, ...list.map((text) => `text ${hex(text)}`)]);
        expect(came(values)).toEqual(expected);
      }),
      { numRuns: 5 },
    );
  });
  test("every file, with one line's end at its own end", () => {
    const file = fc.record({ name: clean, content: clean, mode: fc.constantFrom("0644", "0600", undefined) });
    fc.assert(
      fc.property(fc.array(file, { minLength: 30, maxLength: 30 }), (drawn) => {
        const files = drawn.map(({ name, content, mode }) => ({ path: `/${name}`, content, mode }));
        const expected = files.flatMap(({ path, content, mode = "0644" }) => [
          `text ${hex(path)}`,
          `mode ${mode}`,
          `body ${hex(content.replace(/\n?$/, "\n"))}`,
        ]);
        expect(came({}, files)).toEqual(expected);
      }),
      { numRuns: 6 },
    );
  });
  test("numbers and truth values", () => {
    expect(came({ A: 6443, B: true, C: -1.5 })).toEqual(["6443", "true", "-1.5"].map((text) => `text ${hex(text)}`));
  });
});

test("a NUL byte, which no shell holds, is refused in words", () => {
  expect(() => quote("a\0b")).toThrow(/NUL byte/);
  expect(() => compose({ name: "a", script: "", values: { A: ["\0"] } })).toThrow(/NUL byte/);
  expect(() => compose({ name: "a", script: "", files: [{ path: "/a", content: "\0" }] })).toThrow("the file /a ");
});
