import { yaml } from "../../components/script";
import { documents } from "./render.fixture";

/** Texts that Go's YAML takes for numbers or dates where nothing quotes them, beyond what YAML 1.1 says. */
const numbers = ["0X1F", "0O17", "0o17", "0B11", "0o_7", "-0o7", "+0x_1", "1__0", "1_", "2024-1-5", "2024-1-5 1:2:3"];

test.each(numbers)("the text %s is quoted, as a value and as a name", (text) => {
  expect(yaml({ list: [text], [text]: 1 })).toBe(`list:\n  - "${text}"\n"${text}": 1\n`);
});
test.each(["10.0.0.1", "10.244.0.0/16", "5s", "100Mi", "v1.36.3", "a-b", "0.0.0.0:10249"])("%s is not", (text) => {
  expect(yaml({ text })).toBe(`text: ${text}\n`);
});
test("what YAML does not print, or takes for the end of a line, is escaped", () => {
  const texts = [
    "a\x7fb",
    "a\x85b",
    "\u2028",
    "\u2029x",
    "\ufeffx",
    "\x9f",
    `${"long ".repeat(40)}\x85 ${"text ".repeat(40)}`,
  ];
  const text = yaml({ texts });
  expect(text).not.toMatch(/[\x7f-\x9f\u2028\u2029\ufeff]/);
  expect(text).toContain('"a\\u007fb"');
  expect(documents(text)).toEqual([{ texts }]);
});
test("several documents are one text", () => {
  expect(yaml({ a: 1 }, { b: "0X1" })).toBe('a: 1\n---\nb: "0X1"\n');
});
