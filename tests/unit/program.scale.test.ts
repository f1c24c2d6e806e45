import type { Program, Registered } from "../support/program";
import { machine, made, master, run } from "./program.fixture";

// All names and addresses are equally long, so that texts grow by what they say alone.
const worker = (_: unknown, index: number) => machine(`worker-${100 + index}`, `192.0.2.${100 + index}`);
const clusters: Program[] = [];
beforeAll(async () => {
  for (const length of [10, 20, 30]) {
    clusters.push(await run({ machines: [master, ...Array.from({ length }, worker)] }));
  }
});

/** How much more of something there is with ten workers more, first to ten and then to twenty. */
function growth(amount: (program: Program) => number): readonly number[] {
  const [ten = NaN, twenty = NaN, thirty = NaN] = clusters.map(amount);
  return [twenty - ten, thirty - twenty];
}

describe("each worker more costs the same", () => {
  const sum = ({ resources }: Program, of: (resource: Registered) => number) =>
    resources.reduce((total, resource) => total + of(resource), 0);

  test("in resources: eight scripts, what its node has, and the component", () => {
    expect(growth((program) => made(program).length)).toEqual([90, 90]);
    expect(growth(({ resources }) => resources.length)).toEqual([110, 110]);
  });
  test("in dependencies, which the engine walks for each resource and keeps in the state", () => {
    const [first, second] = growth((program) => sum(program, ({ dependsOn }) => dependsOn.length));
    expect(second).toBe(first);
  });
  test("in what the machines receive", () => {
    const [first, second] = growth((program) => sum(program, ({ inputs }) => JSON.stringify(inputs).length));
    expect(second).toBe(first);
  });
});
