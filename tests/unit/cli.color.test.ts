import { isColored, painted, paintFor, plain } from "../../cli/color";

const terminal = { isTTY: true };
const pipe = {};

test.each([
  ["auto", terminal, {}, true],
  ["auto", pipe, {}, false],
  ["auto", terminal, { NO_COLOR: "1" }, false],
  ["auto", terminal, { NO_COLOR: "" }, true],
  ["auto", terminal, { TERM: "dumb" }, false],
  ["always", pipe, { NO_COLOR: "1" }, true],
  ["never", terminal, {}, false],
] as const)("%s, on %j with %j: %s", (when, stream, env, expected) => {
  expect(isColored(when, stream, env)).toBe(expected);
});

const story = "worker-1\n  ! leaves\n  - worker-1-join\n\nworker-2\n  ~ worker-2-docker: a - b\n";

test("marks are coloured, and nothing else of a story", () => {
  expect(painted(story, plain)).toBe(story);
  const colored = painted(story, paintFor("always", pipe));
  expect(colored).toContain("  \x1b[31m-\x1b[39m worker-1-join\n");
  expect(colored).toContain("\x1b[39m worker-2-docker: a - b\n");
  // eslint-disable-next-line no-control-regex -- colours begin with this character
  expect(colored.replace(/\x1b\[\d+m/g, "")).toBe(story);
});
