import { Crowd } from "../support/crowd";
import { SshKeys } from "../support/sshKeys";
import { here as read, TestStack } from "../support/stack";

const keys = new SshKeys();
const privateKeyFile = keys.make("id_ed25519");
afterAll(() => keys.remove());

/** A state of fifty machines is large: it is written once, at a run's end. */
const atTheEnd = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };

/** A stack of machines that pretend, with one master, which works on so many at a time. */
class Crowded {
  readonly workers: readonly string[];
  readonly crowd: Crowd;
  private made?: TestStack;

  constructor(
    readonly name: string,
    count: number,
    private readonly parallel: number,
  ) {
    this.workers = Array.from({ length: count }, (_, index) => `worker-${index + 1}`);
    this.crowd = new Crowd(["master-1", ...this.workers]);
    beforeAll(() => this.begin());
    afterAll(() => this.end());
  }

  get stack(): TestStack {
    if (!this.made) throw new Error("the machines do not listen yet");
    return this.made;
  }

  private async begin(): Promise<void> {
    await this.crowd.listen(keys.publicKey("id_ed25519"));
    const ssh = { user: "root", privateKeyFile };
    const { machines } = this.crowd;
    this.made = new TestStack(this.name, { provider: "ssh", ssh, machines, workloads: { enabled: false } });
    this.made.environment = { ...atTheEnd, PULUMI_PARALLEL: String(this.parallel) };
  }

  private async end(): Promise<void> {
    await this.made?.remove();
    await this.crowd.close();
  }
}

describe("fifty workers, and two operations at a time", () => {
  const here = new Crowded("e2e-crowd", 50, 2);
  const { crowd, workers } = here;

  test("one of them, that fails to join, ends the run", async () => {
    crowd.broken.add("worker-2");
    const { status, output } = await here.stack.run("up");
    expect(status).not.toBe(0);
    expect(output).toContain("error: worker-2 is broken");
    expect(crowd.joined.has("worker-2")).toBe(false);
  });
  test("all join in the next, each by a token of its own, which is offered to no one after", async () => {
    crowd.broken.clear();
    await here.stack.succeed("up");
    expect([...crowd.joined.keys()].sort()).toEqual([...workers].sort());
    expect(new Set(crowd.joined.values()).size).toBe(workers.length);
    expect(crowd.offered).toEqual([]);
    expect(crowd.seen.filter(({ script }) => script.endsWith("-join"))).toHaveLength(workers.length + 1);
  });
  test("no token is in the state in clear, nor in any log", () => {
    const logs = read("bash", "-c", "cat .keelson/logs/e2e-crowd-up-*.log");
    for (const token of crowd.joined.values()) {
      for (const text of [here.stack.state(), logs]) expect(text.includes(token.slice(7))).toBe(false);
    }
  });
});

describe("a dozen workers, and one operation at a time", () => {
  const here = new Crowded("e2e-crowd-one", 12, 1);

  test("all join", async () => {
    await here.stack.succeed("up");
    expect([...here.crowd.joined.keys()].sort()).toEqual([...here.workers].sort());
  });
  test("each is logged in on for the survey, for the ways between machines, for its texts, and for each of its six scripts", () => {
    for (const name of here.workers) expect([name, here.crowd.logins(name)]).toEqual([name, 9]);
  });
});
