import type { Hidden } from "./placeholders";
import type { Player } from "./player";

/** What plugins are asked: the same questions for the official one and its stand-in. */

/** A resource's life, or a part of it, told in calls. */
export interface Scenario<World> {
  /** Unique among the scenarios of its plugin; its recording has the same name. */
  readonly name: string;
  /** The resource type that its calls are about unless they say another. */
  readonly type: string;
  /** None of its calls needs a server, be they real creates. @default some do, where the suite needs one */
  readonly alone?: boolean;
  run(player: Player, world: World): Promise<void>;
}

/** All that is asked of one plugin, and the world that its resources live in. */
export interface Suite<World> {
  /** "command", "docker" or "kubernetes". */
  readonly plugin: string;
  /** Its world is a Docker daemon or a cluster, which is not there in every test run. */
  readonly needsServer: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly scenarios: readonly Scenario<World>[];
  /** The world, for a run in which every call is made. */
  open(): Promise<World>;
  close(world: World): Promise<void>;
  /** What stands for the world where only the plugin itself is asked; undefined where every run has the world. */
  readonly absent?: World;
  /** What differs from world to world. */
  hidden(world: World): readonly Hidden[];
}
