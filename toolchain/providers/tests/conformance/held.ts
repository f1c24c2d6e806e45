import { TestPlugin } from "../support/plugin";
import { covers, type Difference, differencesOf, told } from "./differences";
import { played } from "./play";
import { acceptedOf, recordingOf } from "./recording";
import type { Suite } from "./scenario";

/** Holds a stand-in to the recordings of the official plugin: the tests of one suite. */

/**
 * Tests that the stand-in answers every scenario as was recorded, but for what the list of accepted differences names;
 * and that this list names nothing that is no difference any more. Without the suite's server only the plugin is asked.
 */
export function holdsToRecordings<World>(suite: Suite<World>, everyCall: boolean): void {
  const accepted = acceptedOf(suite.plugin);
  const seen: Difference[] = [];
  let world: World;

  beforeAll(async () => {
    world = everyCall || suite.absent === undefined ? await suite.open() : suite.absent;
  });
  afterAll(() => (world === suite.absent ? undefined : suite.close(world)));

  it.each(suite.scenarios.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, scenario) => {
    const { steps } = recordingOf(suite.plugin, scenario.name);
    const instead = everyCall || scenario.alone === true ? undefined : steps;
    const start = (type: string): Promise<TestPlugin> => TestPlugin.start(suite.plugin, type, suite.environment);
    const found = differencesOf(scenario.name, steps, await played(suite, scenario, start, { world, instead }));
    seen.push(...found);
    const news = found.filter((difference) => !accepted.some((known) => covers(known, difference)));
    expect(news.map(told).join("\n")).toBe("");
  });

  it("differs in all that is listed as a difference", () => {
    const listed = everyCall ? accepted : accepted.filter(({ withServer }) => withServer !== true);
    const over = listed.filter((known) => !seen.some((difference) => covers(known, difference)));
    expect(over).toEqual([]);
  });
}
