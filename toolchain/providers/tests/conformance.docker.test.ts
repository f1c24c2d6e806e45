import { dockerSuite } from "./conformance/docker";
import { holdsToRecordings } from "./conformance/held";

// What needs a daemon is in tests/e2e/conformance.test.ts.
describe("the stand-in for @pulumi/docker answers as the official plugin does, where no daemon is asked", () => {
  holdsToRecordings(dockerSuite, false);
});
