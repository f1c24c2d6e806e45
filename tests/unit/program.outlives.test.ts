import type { Registered } from "../support/program";
import { commands, made, run } from "./program.fixture";

test("what a machine remembers outlives what needs it, also where that machine alone leaves", async () => {
  const program = await run();
  const byUrn = new Map(made(program).map((resource) => [resource.urn, resource]));
  // Edges between resources themselves are all that the state keeps of a component that stays.
  const waitsFor = (urn: string): readonly string[] =>
    (byUrn.get(urn)?.dependsOn ?? []).flatMap((other) => [other, ...waitsFor(other)]);
  const preflights = commands(program).filter(({ name }) => name.endsWith("-preflight"));
  const hostOf = ({ inputs }: Registered) => (inputs.connection as { readonly host: string }).host;
  expect(preflights).toHaveLength(2);
  for (const preflight of preflights) {
    const others = commands(program).filter((one) => one !== preflight && hostOf(one) === hostOf(preflight));
    expect(others.length).toBeGreaterThan(4);
    for (const { name, urn } of others) {
      expect([name, waitsFor(urn)]).toEqual([name, expect.arrayContaining([preflight.urn])]);
    }
  }
});
