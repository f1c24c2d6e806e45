import { holdsToRecordings } from "./conformance/held";
import { kubernetesSuite } from "./conformance/kubernetes";

// What needs a cluster is in tests/e2e/conformance.test.ts.
describe("the stand-in for @pulumi/kubernetes answers as the official plugin does, where no cluster is asked", () => {
  holdsToRecordings(kubernetesSuite, false);
});
