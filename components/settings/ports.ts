import type { Path } from "./problems";

/** A TCP port on which a program listens on a machine. */
export interface Listener {
  /** The program, or the setting that names the port. */
  readonly what: string;
  readonly port: number;
  /** Where the configuration names the port. @default it is fixed */
  readonly path?: Path;
  /** Nothing else may listen there before the cluster comes to the machine. @default false */
  readonly mustBeFree?: boolean;
}
