import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeClient } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/language_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct, type JavaScriptValue } from "google-protobuf/google/protobuf/struct_pb";

import { TestEngine } from "./support/engine";

const root = join(__dirname, "..", "..", "..");
const host = join(__dirname, "..", "language", "bin", "pulumi-language-nodejs");

let engine: TestEngine;
let program: ChildProcess;
let client: LanguageRuntimeClient;
let directory: string;

beforeAll(async () => {
  engine = await TestEngine.start();
  program = spawn(host, [engine.address], { stdio: ["ignore", "pipe", "inherit"] });
  if (!program.stdout) throw new Error("the language host has no standard output");
  const [port] = (await once(createInterface(program.stdout), "line")) as [string];
  client = new LanguageRuntimeClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
});
afterAll(() => {
  client.close();
  program.kill();
  engine.stop();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "keelson-language-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A program whose SDK has a runner of these few lines. */
function runner(text: string): void {
  const file = join(directory, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Begins its run as the engine does. */
function run(options: Readonly<Record<string, JavaScriptValue>> = {}): Promise<wire.RunResponse> {
  const info = new wire.ProgramInfo()
    .setRootDirectory(directory)
    .setProgramDirectory(directory)
    .setEntryPoint(".")
    .setOptions(Struct.fromJavaScript(options));
  const request = new wire.RunRequest()
    .setInfo(info)
    .setPwd(directory)
    .setProject("keelson")
    .setStack("dev")
    .setOrganization("organization")
    .setMonitorAddress("127.0.0.1:1")
    .setParallel(8)
    .setDryrun(true)
    .setConfigsecretkeysList(["keelson:secret"]);
  request.getConfigMap().set("keelson:machines", "[]").set("keelson:secret", "s");
  return new Promise((resolve, reject) =>
    client.run(request, (error, response) => (error ? reject(error) : resolve(response))),
  );
}

test("the SDK's own runner gets the program, the engine's addresses and the configuration", async () => {
  runner(
    `require("fs").writeFileSync("said.json", JSON.stringify({
    node: process.execArgv, args: process.argv.slice(2), config: process.env.PULUMI_CONFIG,
    secret: process.env.PULUMI_CONFIG_SECRET_KEYS, typescript: process.env.PULUMI_NODEJS_TYPESCRIPT,
    monitor: process.argv.includes("--monitor") }))`.replace(
      '"said.json"',
      JSON.stringify(join(directory, "said.json")),
    ),
  );
  writeFileSync(join(directory, "early.cjs"), "");
  const early = join(directory, "early.cjs");
  const response = await run({ typescript: false, nodeargs: `--require ${early}` });
  expect([response.getError(), response.getBail()]).toEqual(["", false]);
  expect(JSON.parse(readFileSync(join(directory, "said.json"), "utf8"))).toEqual({
    node: ["--require", early],
    args: [
      ...["--monitor", "127.0.0.1:1", "--engine", engine.address, "--organization", "organization"],
      ...["--project", "keelson", "--root-directory", directory, "--stack", "dev", "--pwd", directory],
      ...["--parallel", "8", "--dry-run", "."],
    ],
    config: JSON.stringify({ "keelson:config:machines": "[]", "keelson:config:secret": "s" }),
    secret: '["keelson:secret"]',
    monitor: true,
  });
});

test("TypeScript is Pulumi's own affair unless Pulumi.yaml says otherwise", async () => {
  runner("process.exit(process.env.PULUMI_NODEJS_TYPESCRIPT === 'true' ? 0 : 9)");
  expect((await run()).getError()).toBe("");
});

test("a program that has told the person what is wrong fails without more words", async () => {
  runner("process.exit(32)");
  const response = await run();
  expect([response.getError(), response.getBail()]).toEqual(["", true]);
});

test("any other end is told with its status", async () => {
  runner("process.exit(3)");
  expect((await run()).getError()).toBe("Program exited with non-zero exit code: 3");
});

test("a program without its packages is told of in the vendor's words", async () => {
  expect((await run()).getError()).toMatch(/^It looks like the Pulumi SDK has not been installed\./);
});

test("a program that is to end is asked to", async () => {
  const started = join(directory, "started");
  runner(`process.on("SIGINT", () => process.exit(32)); require("fs").writeFileSync(${JSON.stringify(started)}, "");
    setInterval(() => undefined, 1000)`);
  const response = run();
  for (;;) {
    try {
      readFileSync(started);
      break;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  client.cancel(new Empty(), () => undefined);
  expect((await response).getBail()).toBe(true);
});

test("the plugins that the program needs are those of its packages", async () => {
  const info = new wire.ProgramInfo().setRootDirectory(root).setProgramDirectory(root).setEntryPoint(".");
  const response = await new Promise<wire.GetRequiredPackagesResponse>((resolve, reject) =>
    client.getRequiredPackages(new wire.GetRequiredPackagesRequest().setInfo(info), (error, response) =>
      error ? reject(error) : resolve(response),
    ),
  );
  const packages = response.getPackagesList().map((one) => `${one.getKind()} ${one.getName()} ${one.getVersion()}`);
  expect(packages.sort()).toEqual(["resource command v1.2.1", "resource docker v5.2.0", "resource kubernetes v4.34.2"]);
});
