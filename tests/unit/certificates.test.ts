import * as pulumi from "@pulumi/pulumi";

import { loopbackCertificate } from "../support/certificate";
import { beganAt, clockOf, goodUntil, lengthsOf } from "../../components/certificates/epoch";
import { renewalWords } from "../../components/certificates/life";
import { timerUnits } from "../../components/certificates/timer";
import { refusals } from "../../components/plan/refusals";
import { topologyOf } from "../../components/plan/topology";
import { problems, remote } from "./config.fixture";
import { environment } from "./render.fixture";

const day = 86_400;
const lengths = { validity: 365 * day, renewBefore: 90 * day, lastCall: 30 * day };

describe("the epoch", () => {
  const began = 1_700_000_000;
  test.each([
    ["an authority that was just made", 0, 365],
    ["the day before the first renewal", 275 * day - 1, 365],
    ["the day of the first renewal", 275 * day, 640],
    ["nobody came for three years", 3 * 365 * day, 275 * 3 + 365],
    ["a clock before the authority", -day, 365],
  ])("%s", (_, age, days) => {
    expect((goodUntil(began, began + age, lengths) - began) / day).toBe(days);
  });
  test("what is issued in it is good for the whole of it, and for renewBefore after it", () => {
    for (const age of [0, 100, 275, 500, 2000].map((days) => days * day)) {
      const now = began + age;
      expect(now + lengths.validity).toBeGreaterThanOrEqual(goodUntil(began, now, lengths));
      const next = goodUntil(began, now + 275 * day, lengths);
      expect(next).toBeGreaterThan(goodUntil(began, now, lengths));
    }
  });
  test("is of the machines' clocks, of which one that is wrong does not count, and else of this computer's", () => {
    expect(clockOf([100, 5_000_000, 101], 7)).toBe(101);
    expect(clockOf([100, 5_000_000], 7)).toBe(100);
    expect(clockOf([NaN], 7)).toBe(7);
  });
  test("begins with the authority's certificate, and does not fail for one that is none", () => {
    expect(beganAt(loopbackCertificate().cert)).toBeGreaterThan(1_700_000_000);
    expect(beganAt("nothing")).toBeUndefined();
  });
});

describe("certificates", () => {
  const certificates = (more: object) => ({ certificates: more });
  test("hold for a year, and are renewed ninety days before their end", () => {
    expect(lengthsOf(environment())).toEqual(lengths);
  });
  test("that hold for hours are missed when a third of the time to renew them is left", () => {
    const { lastCall } = lengthsOf(environment(certificates({ validity: "12h", renewBefore: "6h" })));
    expect(lastCall).toBe(2 * 3600);
  });
  test.each([
    [{ validity: "1y" }, /validity.*is no length of time: use a number of days, hours or minutes/],
    [{ validity: "1m", renewBefore: "1m" }, /validity.*out of range: use "5m" to "1825d"/],
    [{ validity: "3650d" }, /validity.*out of range/],
    [{ validity: "30d" }, /renewBefore.*"90d" is not shorter than certificates.validity, "30d"/],
    [{ administrator: 0 }, /administrator.*1 to 999999/],
  ])("%j is refused", (more, message) => {
    expect(problems(remote(certificates(more))).join("\n")).toMatch(message);
  });
});

describe("the number of the administrator's kubeconfig", () => {
  const of = (administrator?: number) =>
    topologyOf(environment(administrator === undefined ? {} : { certificates: { administrator } }));
  test("never becomes lower, nor is left out: a kubeconfig that was taken back would have its rights again", () => {
    expect(refusals(of(2), of(1))).toEqual([
      "certificates.administrator is 2 and cannot become 1: kubeconfigs of number 1, which have no rights any more, would have them again. The way: leave it, or use the next number, 3",
    ]);
    expect(refusals(of(2), of())).toHaveLength(1);
    expect(refusals(of(7), of(3))).toHaveLength(1);
  });
  test("may stay, or become higher, also where the state is of an earlier release", () => {
    for (const [was, is] of [
      [undefined, 2],
      [1, 1],
      [2, 2],
      [2, 5],
    ] as const) {
      expect(refusals(of(was), of(is))).toEqual([]);
    }
    // A living cluster that never had another one has nothing new in its state.
    expect(of(1)).not.toHaveProperty("administrator");
  });
});

describe("a preview", () => {
  const clock = 1_800_000_000;
  /** What it says where the first certificate ends so many days from now, of what they had to be good until, and have to be. */
  const words = (validity: string, end: number, before: number, now: number) =>
    renewalWords(
      {
        environment: environment({ certificates: { validity, renewBefore: "45d" } }),
        goodUntil: pulumi.output(""),
        firstEnd: clock + end * day,
        clock,
      },
      clock + before * day,
      clock + now * day,
    );

  test("says that certificates which hold longer than they are to are renewed", () => {
    const said = words("180d", 265, 265, 80);
    expect(said).toMatch(/of etcd hold longer than certificates\.validity, 180d: renewed one master at a time; only/);
  });
  test("says of those that a clock went back for that they stay", () => {
    expect(words("365d", 265, 300, 265)).toMatch(
      /none of them is due for renewal any more: they are checked, and stay/,
    );
  });
  test("says when those end that are due", () => {
    expect(words("365d", 44, 44, 364)).toMatch(/of etcd end in 44 days: renewed one master at a time/);
  });
});

test("each master's timer has a time of day of its own, also across networks' ends", () => {
  const times = Array.from({ length: 300 }, (_, index) => `10.0.${Math.floor(index / 256)}.${index % 256}`).map(
    (address) => /OnCalendar=(.*)/.exec(timerUnits({ address })[1]?.content ?? "")?.[1],
  );
  expect(new Set(times).size).toBe(300);
  expect(times[0]).toMatch(/^\*-\*-\* \d\d:\d\d:00$/);
});
