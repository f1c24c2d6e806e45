import { dockerSuite } from "../plugins/conformance/docker";
import { holdsToRecordings } from "../plugins/conformance/held";

describe("the stand-in for @pulumi/docker answers as the official plugin does, with a daemon", () => {
  holdsToRecordings(dockerSuite, true);
});
