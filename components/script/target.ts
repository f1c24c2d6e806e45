import type { types } from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";

import type { FirstHop, Login } from "../ssh";
import type { Fleet } from "./fleet";
import type { Seen } from "./seen";

/** How the program itself logs in on a machine. */
export interface Access {
  readonly name: string;
  readonly login: () => Login;
}

/** Where a script runs: what it takes to reach a machine, and to know it again. */
export interface Target {
  /** The machine's name, with which the names of its scripts begin; those of the whole cluster have others. */
  readonly name?: string;
  /** The machines of its cluster. */
  readonly fleet: Fleet;
  /** It is gone for good: nothing of it is contacted, and its scripts are forgotten. @default false */
  readonly lost?: boolean;
  /** How to log in; its user is root or has password-less sudo. */
  readonly connection: types.input.remote.ConnectionArgs;
  /**
   * What is dialled first on the way to it: the machine itself, or the bastion before it. Absent where the program
   * starts the machine and waits for it.
   */
  readonly firstHop?: FirstHop;
  /** How the program itself logs in, when the machine is there, and what it calls it. @default it does not */
  readonly access?: Access;
  /**
   * By what it is known, its host key or where it is: another one where the machine behind the name was rebuilt, and
   * then it joins anew. Not known while that is to come.
   */
  readonly identity: string | pulumi.Output<string>;
  /** What must be there before the first login. */
  readonly dependsOn: readonly pulumi.Resource[];
  /** A resource that takes everything on the machine with it when it is deleted: nothing needs undoing one by one. */
  readonly deletedWith?: pulumi.Resource;
  /** What it told before the run; absent where it was not asked. */
  readonly seen?: Seen;
  /** It was asked before the run, and told nothing. @default false */
  readonly silent?: boolean;
}
