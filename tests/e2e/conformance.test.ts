import { dockerSuite } from "../plugins/conformance/docker";
import { holdsToRecordings } from "../plugins/conformance/held";
import { kubernetesSuite } from "../plugins/conformance/kubernetes";

describe("the stand-in for @pulumi/docker answers as the official plugin does, with a daemon", () => {
  holdsToRecordings(dockerSuite, true);
});

describe("the stand-in for @pulumi/kubernetes answers as the official plugin does, with a cluster", () => {
  holdsToRecordings(kubernetesSuite, true);
});
