import { missingImages, survey, type Container, type Docker, type Survey } from "../../components/local/survey";

const image = "keelson/machine:13";
const container = (machine: string, address: string, more: Partial<Container> = {}): Container => ({
  ...{ machine, address, image, running: true },
  ...more,
});
const known = (...containers: readonly Container[]): Survey => ({
  containers: new Map(containers.map((one) => [one.machine, one])),
});

describe("Docker is asked", () => {
  const inspected = (name: string, network: string, more: object = {}) => ({
    Name: `/${name}`,
    State: { Running: true },
    Config: { Image: image, Labels: null },
    NetworkSettings: { Networks: { [network]: { IPAddress: "", IPAMConfig: { IPv4Address: "172.30.0.14" } } } },
    ...more,
  });
  const docker =
    (answers: Readonly<Record<string, unknown>>): Docker =>
    (...args) => {
      const answer = answers[args[0] ?? ""];
      if (answer instanceof Error) throw answer;
      return typeof answer === "string" ? answer : JSON.stringify(answer);
    };

  test("once for names and once for the rest, and containers of a stack whose name goes on are not of this one", () => {
    const labels = { Config: { Image: image, Labels: { "keelson.build": "b1" } }, State: { Running: false } };
    const found = survey(
      "dev",
      docker({
        ps: "1\n2\n3\n",
        container: [
          inspected("keelson-dev-w", "keelson-dev"),
          inspected("keelson-dev-x", "keelson-dev", labels),
          inspected("keelson-dev-two-w", "keelson-dev-two"),
        ],
      }),
    );
    expect(found).toEqual(
      known(container("w", "172.30.0.14"), container("x", "172.30.0.14", { build: "b1", running: false })),
    );
  });
  test("whether it has the images that machines are to be made of", () => {
    const has = (name: string) => (name === "there:1" ? "0123456789ab\n" : "");
    const ask: Docker = (...args) => has(args.at(-1) ?? "");
    expect(missingImages(["there:1", "gone:2", "gone:2"], ask)).toEqual(["gone:2"]);
    expect(missingImages([], ask)).toEqual([]);
  });
  test("and may know of none, or not answer", () => {
    expect(survey("dev", docker({ ps: "", container: new Error("not to be asked") }))).toEqual(known());
    expect(survey("dev", docker({ ps: new Error("Cannot connect") }))).toEqual({
      silence: "Cannot connect",
      ...known(),
    });
  });
});
