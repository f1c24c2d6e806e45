import type { TestPlugin } from "../support/plugin";
import { Player, type Step } from "./player";
import type { Scenario, Suite } from "./scenario";

/** Plays one scenario of a suite, from a plugin's start to its end. */

/** The steps of a scenario with the answers of the plugin that `start` starts. */
export async function played<World>(
  suite: Suite<World>,
  scenario: Scenario<World>,
  start: (type: string) => Promise<TestPlugin>,
  { world, instead }: { readonly world: World; readonly instead?: readonly Step[] },
): Promise<readonly Step[]> {
  const plugin = await start(scenario.type);
  try {
    const player = new Player({ plugin, type: scenario.type, hidden: suite.hidden(world), instead });
    await scenario.run(player, world);
    return player.steps;
  } finally {
    await plugin.stop();
  }
}
