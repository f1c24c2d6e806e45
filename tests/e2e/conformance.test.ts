import { dockerSuite } from "../../toolchain/providers/tests/conformance/docker";
import { holdsToRecordings } from "../../toolchain/providers/tests/conformance/held";
import { kubernetesSuite } from "../../toolchain/providers/tests/conformance/kubernetes";

describe("the stand-in for @pulumi/docker answers as the official plugin does, with a daemon", () => {
  holdsToRecordings(dockerSuite, true);
});

describe("the stand-in for @pulumi/kubernetes answers as the official plugin does, with a cluster", () => {
  holdsToRecordings(kubernetesSuite, true);
});
