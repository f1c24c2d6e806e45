import type { Machine } from "../../components/machine";
import { leftOf, Survey, type Asked } from "../../components/survey";
import { environment } from "./render.fixture";
import { answer } from "./survey.fixture";

describe("what is not well", () => {
  const { machines } = environment();
  const unwell = (...lines: readonly string[]) => {
    const asked: readonly Asked[] = machines.map((config, index) => ({
      config,
      answer: answer(...(index === 0 ? lines : ["clock 0"])),
    }));
    return new Survey(asked).unwell;
  };
  const [one] = machines.map(({ name }) => name);

  test("is told by name, but for nodes that the stack does not have", () => {
    expect(unwell("clock 6000", `node ${one} unready x`, "node stranger unready x", "nginx silent")?.words).toEqual([
      expect.stringContaining(`the node ${one} is not ready, for ${one} has nothing of this cluster on it any more`),
      "nginx does not answer",
      "it is checked again, and has to be healthy",
    ]);
    const owned = unwell("clock 6000", "owner 1 unit", `node ${one} unready x`)?.words;
    expect(owned?.[0]).toBe(`the node ${one} is not ready`);
    expect(unwell("clock 6000", "api silent")?.words[0]).toBe(`the API does not answer on ${one}`);
    expect(unwell("clock 6000", "etcd unwell")?.words[0]).toContain("not part of a quorum");
  });
  test("is nothing where all are", () => {
    expect(unwell("clock 6000", `node ${one} ready x`, "etcd well")).toBeUndefined();
  });
  test("is a master or a member of etcd that does not answer; a worker is what masters say of it", () => {
    const silent = (name: string) =>
      new Survey(
        machines.map((config) => ({ config, ...(config.name === name ? { silence: "does not answer" } : {}) })),
      ).unwell?.words;
    expect(machines.map(({ name }) => [name, silent(name)?.[0]])).toEqual(
      machines.map(({ name, roles }) => [name, roles.includes("master") ? `${name} could not be asked` : undefined]),
    );
  });
  test("is not one of several masters that does not answer: the others tell what that means for its node", () => {
    const several = ["a", "b", "c"].map((name) => ({ ...machines[0], name }) as Asked["config"]);
    const silent = (...names: readonly string[]) =>
      new Survey(
        several.map((config) => ({
          config,
          ...(names.includes(config.name) ? { silence: "does not answer" } : { answer: answer("owner 1 unit") }),
        })),
      ).unwell?.words;
    expect(silent("a", "b")).toBeUndefined();
    expect(silent("a", "b", "c")?.slice(0, 3)).toEqual(["a", "b", "c"].map((name) => `${name} could not be asked`));
  });
  test("is a member of etcd that the others have, on a machine that has nothing of the cluster", () => {
    const members = (owner: string) =>
      new Survey(
        machines.map((config, index) => ({
          config,
          answer: answer(...(index === 0 ? [owner] : ["owner 1 unit", "etcd well", `member ${one}`])),
        })),
      ).unwell?.words[0];
    expect(members("clock 6000")).toMatch(
      `the member of etcd on ${one} is gone, for ${one} has nothing of this cluster`,
    );
    expect(members("owner 1 unit")).toBeUndefined();
  });
  test("is an address that several masters have at once, for they do not hear each other", () => {
    const held = (...holders: readonly boolean[]) =>
      new Survey(
        ["a", "b", "c"].map((name, index) => ({
          config: { ...machines[0], name } as Asked["config"],
          answer: answer("owner 1 unit", ...(holders[index] ? ["holds 192.0.2.9"] : [])),
        })),
      ).unwell?.words[0];
    expect(held(true, false, false)).toBeUndefined();
    expect(held(true, false, true)).toBe(
      "the virtual address 192.0.2.9 is on several masters at once: VRRP, which is IP protocol 112, does not pass between them (a, c)",
    );
  });
  test("is told of machines that were emptied, where others have been at work in the cluster", () => {
    const emptied = (...others: readonly string[]) =>
      new Survey(machines.map((config, index) => ({ config, answer: answer(...(index === 0 ? [] : others)) }))).emptied;
    expect(emptied("owner 1 unit", "script w-join done abc 7")).toEqual([one]);
    // A first run that failed early.
    expect(emptied("owner 1 unit", "script w-docker done abc 7")).toEqual([]);
    expect(emptied("owner 1 unit", "script w-join running abc 7")).toEqual([]);
  });
  test("is told of machines that are in the cluster, and in no list any more", () => {
    const told = ["joined m master 192.0.2.1 ssh-ed25519 A", "joined x worker 192.0.2.9 ssh-ed25519 B"];
    const survey = new Survey(
      machines.map((config, index) => ({
        config,
        answer: answer(...told, ...(index === 0 ? ["etcd well", "member m", "member y", "member x"] : [])),
      })),
    );
    expect(leftOf(survey.asked, machines)).toEqual([
      { name: "x", roles: ["worker", "etcd"], address: "192.0.2.9", hostKey: "ssh-ed25519 B", lost: false },
      { name: "y", roles: ["etcd"], address: "", hostKey: "", lost: false },
    ]);
    expect(leftOf(survey.asked, [...machines, { name: "x" }, { name: "y" }])).toEqual([]);
    expect(leftOf([], machines)).toEqual([]);
  });
  test("is told of a node that does not say which machine it is of, and of none", () => {
    const script = "script w-join done abc 7";
    const anew = (...told: readonly string[]) => {
      const survey = new Survey(
        machines.map((config, index) => ({
          config,
          answer: answer("owner 1 unit", ...(index === 0 ? told : [script, kubelet])),
        })),
      );
      const [worker] = survey.see([{ name: "w" }] as unknown as readonly Machine[]);
      return worker?.seen?.anew("w-join")?.token;
    };
    const kubelet = "changed w-join present - 0 there /etc/kubernetes/kubelet.conf";
    const joined = "joined w worker 192.0.2.2 ssh-ed25519 A";
    expect(anew("node m ready x", "node w ready x")).toBe("7");
    expect(anew("node m ready x")).toBe("7");
    expect(anew("node m ready x", "node w ready x", joined)).toBeUndefined();
    expect(anew("api silent")).toBeUndefined();
  });
  describe("is a node that is gone", () => {
    const own = (name: string) => `script ${name}-${name === one ? "master" : "join"} done abc 7`;
    /** What each machine tells, by its place; a script of its own is done. */
    const gone = (...told: readonly (readonly string[])[]) =>
      new Survey(machines.map((config, index) => ({ config, answer: answer("owner 1 unit", ...(told[index] ?? [])) })))
        .unwell?.words;

    test("from every list of a master, though its machine has joined", () => {
      expect(gone([own("m"), "node m ready x"], [own("w")])?.[0]).toBe("the node w is gone from the cluster");
      expect(gone([own("m"), "node w ready x"], [own("w")])?.[0]).toBe("the node m is gone from the cluster");
      // kubectl prints nothing where there is none at all.
      expect(gone([own("m"), "node  unready "], [own("w")])?.slice(0, 2)).toEqual(
        ["m", "w"].map((name) => `the node ${name} is gone from the cluster`),
      );
      expect(gone([own("m"), "node m ready x"], [own("w"), "node w ready x"])).toBeUndefined();
    });
    test("and not where no master has a list, or the machine has yet to join", () => {
      expect(gone([own("m")], [own("w")])).toBeUndefined();
      for (const script of ["script w-join running abc 7", "script w-kubelet done abc 7", own("other")]) {
        expect(gone([own("m"), "node m ready x"], [script])).toBeUndefined();
      }
      const silent = machines.map((config, index) => ({
        config,
        ...(index === 0 ? { answer: answer("owner 1 unit", own("m"), "node m ready x") } : { silence: "is off" }),
      }));
      expect(new Survey(silent).unwell).toBeUndefined();
    });
  });
  test("is told of nodes that are not ready, and of kubelets that do not run, where a machine has joined", () => {
    const running = (master: readonly string[], ...worker: readonly string[]) =>
      new Survey(machines.map((config, index) => ({ config, answer: answer(...(index === 0 ? master : worker)) })))
        .running;
    const notReady = (...lines: Parameters<typeof running>) => running(...lines).notReady;
    const kubelet = (now: string) => `changed w-kubelet unit ${now} 0 active kubelet.service`;
    const scripts = ["script w-kubelet done abc 7", "script w-join done abc 7"];
    expect(notReady(["node w unready x", "node stranger unready x", "node m ready x"])).toEqual(["w"]);
    // That of a machine that is lost or taken out as well.
    expect(running(["node w unready x", "node stranger unready x", "node m ready x"]).unready).toEqual([
      ...["w", "stranger"],
    ]);
    expect(notReady(["node m ready x"], ...scripts)).toEqual(["w"]);
    expect(notReady([], ...scripts, kubelet("failed"))).toEqual(["w"]);
    expect(notReady(["node m ready x", "node w ready x"], ...scripts, kubelet("disabled"))).toEqual([]);
    // Before its join a kubelet has nothing to do.
    expect(notReady([], "script w-kubelet done abc 7", kubelet("stopped"))).toEqual([]);
  });
  test("is another matter after the script that mended it has run, and where no run mends it, after some time", () => {
    const token = (run: string, ...lines: readonly string[]) =>
      unwell("owner 1 unit", `script health done abc ${run}`, ...lines)?.token;
    for (const trouble of ["nginx silent", "api silent", "etcd unwell", `node ${one} unready x`]) {
      expect(token("7", "clock 6000", trouble)).toBe(token("7", "clock 7000", trouble));
      expect(token("8", "clock 6001", trouble)).not.toBe(token("7", "clock 6000", trouble));
    }
    const late = "fault the newest backup of etcd is of yesterday";
    expect(token("7", "clock 6000", late)).toBe(token("8", "clock 6001", late));
    expect(token("7", "clock 7000", late)).not.toBe(token("7", "clock 6000", late));
  });
  test("is another matter when it happens another time", () => {
    const first = unwell("clock 6000", `node ${one} unready monday`)?.token;
    expect(unwell("clock 6001", `node ${one} unready monday`)?.token).toBe(first);
    expect(unwell("clock 6001", `node ${one} unready tuesday`)?.token).not.toBe(first);
    expect(unwell("clock 7000", `node ${one} unready monday`)?.token).not.toBe(first);
  });
});
