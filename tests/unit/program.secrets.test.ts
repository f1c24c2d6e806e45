import * as pulumi from "@pulumi/pulumi";

import { canaries } from "../support/printed";
import type { Program } from "../support/program";
import {
  changes,
  commands,
  find,
  forGood,
  inClear,
  machine,
  made,
  master,
  privateKey,
  run,
  valueOf,
  worker,
} from "./program.fixture";

let program: Program;
beforeAll(async () => {
  program = await run();
});

/** The token that a machine is sent. */
const tokenOf = (program: Program, name: string) =>
  /token: (\S+)/.exec(valueOf(find(program, `${name}-join`), "JOIN_CONFIG") ?? "")?.[1] ?? "";

describe("secrets", () => {
  test("are marked", async () => {
    const secrets = made(program).map(({ name, secrets }) => [name, secrets] as const);
    const stages = ["encryption", "master-1-encryption-forget", "master-1-encryption-write"];
    const withStdin = [...stages, "master-1-etcd", "master-1-master", "worker-1-join"];
    expect(commands(program).every(({ secrets }) => secrets.includes("connection"))).toBe(true);
    expect(
      secrets
        .filter(([, paths]) => paths.includes("stdin"))
        .map(([name]) => name)
        .sort(),
    ).toEqual(withStdin);
    expect(find(program, "cluster").secrets).toEqual(["kubeconfig"]);
    await expect(pulumi.isSecret(program.outputs.kubeconfig as pulumi.Output<string>)).resolves.toBe(true);
  });
  test("that a script prints are marked, and not logged", () => {
    const quiet = commands(program).filter(({ inputs }) => inputs.logging === "none");
    const printing = commands(program).filter(({ additionalSecretOutputs }) =>
      additionalSecretOutputs.includes("stdout"),
    );
    expect(quiet.map(({ name }) => name).sort()).toEqual(["credentials", ...forGood]);
    expect(printing).toEqual(quiet);
    for (const script of printing) expect(script.additionalSecretOutputs).toContain("stderr");
  });
  test("are in no name and no input that is in clear", () => {
    const token = tokenOf(program, "worker-1");
    expect(token).toMatch(/^[a-z0-9]{6}\.[a-z0-9]{16}$/);
    const texts = [...Object.values(canaries), privateKey.split("\n")[1] ?? "", token, token.slice(7)];
    const encoded = texts.map((text) =>
      Buffer.from(text)
        .toString("base64")
        .replace(/.{0,4}$/, ""),
    );
    const all = made(program);
    const everything = JSON.stringify(all.map(({ inputs }) => inputs));
    for (const sent of [canaries.kubeconfig, texts[4], token, encoded[3]]) expect(everything).toContain(sent);
    // Keys of authorities are handed to their machines, and the state has them where they were made alone.
    for (const handed of [encoded[0], encoded[1]]) expect(everything).not.toContain(handed);
    const clear = JSON.stringify(all.map((resource) => [resource.name, resource.urn, inClear(resource)]));
    for (const text of [...texts, ...encoded]) expect(clear).not.toContain(text);
  });
  test("are another token for each machine and each run", async () => {
    const second = machine("worker-2", "192.0.2.3");
    const other = await run({ machines: [master, worker, second] });
    const tokens = [tokenOf(program, "worker-1"), tokenOf(other, "worker-1"), tokenOf(other, "worker-2")];
    expect(new Set(tokens).size).toBe(3);
  });
  test("of the stack itself are in the digest by which a machine remembers its program, and that is in clear nowhere", async () => {
    const backup = async (secretKey: string) => {
      const etcd = { backup: { to: "s3:https://s3.example.com/etcd", password: "made up", accessKey: "a", secretKey } };
      return run({ etcd });
    };
    const programs = [await backup("canary-one"), await backup("canary-two"), await backup("canary-one")];
    const digests = programs.map((one) => valueOf(find(one, "master-1-etcd-backup"), "PROGRAM") ?? "");
    expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(digests[1]).not.toBe(digests[0]);
    expect(digests[2]).toBe(digests[0]);
    const [first, other] = programs as [Program, Program];
    expect(changes(first, other)).toEqual(["~master-1-etcd-backup"]);
    const clear = JSON.stringify(made(first).map(inClear));
    expect(clear).not.toContain(digests[0]);
  });
});
