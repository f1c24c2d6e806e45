import { readFileSync } from "node:fs";

import { conformancePage, conformanceText } from "./conformance/list";

test("the page of differences is that of the lists: npm run conformance in toolchain/providers writes it", () => {
  expect(readFileSync(conformancePage, "utf8")).toBe(conformanceText());
});
