import { commandSuite } from "./conformance/command";
import { holdsToRecordings } from "./conformance/held";

describe("the stand-in for @pulumi/command answers as the official plugin does", () => {
  holdsToRecordings(commandSuite, true);
});
