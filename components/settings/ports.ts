import type { Path } from "./problems";

/** A TCP port on which a program listens on a machine. */
export interface Listener {
  /** The program, or the setting that names the port. */
  readonly what: string;
  readonly port: number;
  /** Where the configuration names the port. @default it is fixed */
  readonly path?: Path;
  /** The program, as the machine names it, where nothing else may listen there before. @default the port is not looked at */
  readonly program?: string;
}
