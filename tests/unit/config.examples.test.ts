import { readFileSync } from "node:fs";

import { parse as parseYaml } from "yaml";

import { docsFile } from "../../components/environment/docs";
import { local, problems, remote, remoteMaster, remoteWorker, type Raw } from "./config.fixture";

/** The examples of the reference, as a stack's file would have them, by the section that they are for. */
const examples = new Map(
  [...readFileSync(docsFile, "utf8").matchAll(/^## (\S+)\n(?:(?!^## )[^])*?^```yaml\n([^]*?)^```$/gm)].map(
    ([, section = "", text]) => [section, parseYaml(text ?? "") as Raw],
  ),
);
const sections = [...readFileSync(docsFile, "utf8").matchAll(/^## (\S+)$/gm)].map(([, section]) => section);

test("every section has an example, of itself alone", () => {
  expect([...examples].map(([section, example]) => [section, Object.keys(example)])).toEqual(
    sections.map((section) => [section, [`keelson:${section}`]]),
  );
});

test.each([...examples])("that of %s is accepted", (section, example) => {
  const value = example[`keelson:${section}`];
  const own = section === "machines" ? [remoteMaster, remoteWorker, ...(value as Raw[])] : value;
  const stack = section === "local" || section === "docker" ? local() : remote();
  expect(problems({ ...stack, [section]: own })).toEqual([]);
});
