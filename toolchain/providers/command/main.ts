import { serve } from "../serve";
import { remoteCommand } from "./remoteCommand";

/** Stand-in for the plugin of @pulumi/command: `command:remote:Command`. */

serve({
  standsFor: "@pulumi/command",
  version: "1.2.1",
  acceptsSecrets: true,
  resource: (type) => (type === "command:remote:Command" ? remoteCommand : undefined),
});
