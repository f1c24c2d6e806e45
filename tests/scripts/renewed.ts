import { Host } from "./host";

/** Functions that stand for those of a machine whose certificates are all as they are to be. */
export const allIsCurrent = `${Host.script("certificates/trust.sh")}${[
  "is_current",
  "tell_ends",
  "renew_certificates",
  "begin_again",
  "restart_renewed",
  "set_timer",
  "drop_timer",
]
  .map((name) => `${name}() { :; }\n`)
  .join("")}`;
