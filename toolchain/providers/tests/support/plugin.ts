import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import type { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { TestEngine } from "./engine";

const bin = join(__dirname, "..", "..", "bin");

/** A property bag as the engine sends it. */
export type Bag = Readonly<Record<string, unknown>>;

/** A resource as the engine remembers it. */
export interface State {
  readonly id: string;
  readonly inputs: Bag;
  readonly outputs: Bag;
}

/** How an operation is run. */
export interface Options {
  readonly preview?: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

/** What a failed operation left, when it left something. */
export interface Left {
  readonly id: string;
  readonly outputs: Bag;
  readonly reasons: readonly string[];
}

/** A plugin's own program, spoken to as the engine does. */
export class TestPlugin {
  private constructor(
    private readonly program: ChildProcess,
    private readonly client: ResourceProviderClient,
    readonly engine: TestEngine,
    private readonly type: string,
  ) {}

  private get providerType(): string {
    return `pulumi:providers:${this.type.split(":")[0] ?? ""}`;
  }

  /** Starts the stand-in of a package, for resources of one type unless an operation says another. */
  static start(packageName: string, type: string, environment: NodeJS.ProcessEnv = {}): Promise<TestPlugin> {
    return TestPlugin.run(join(bin, `pulumi-resource-${packageName}`), type, environment);
  }

  /** The same for any plugin's program. */
  static async run(path: string, type: string, environment: NodeJS.ProcessEnv = {}): Promise<TestPlugin> {
    const engine = await TestEngine.start();
    const program = spawn(path, [engine.address], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [port] = (await once(createInterface(program.stdout), "line")) as [string];
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    return new TestPlugin(program, client, engine, type);
  }

  async stop(): Promise<void> {
    const ended = once(this.program, "exit");
    this.client.close();
    this.program.kill();
    await ended;
    this.engine.stop();
  }

  /** What the plugin agrees to before it is configured; undefined for one that is not asked in that way. */
  async handshake(): Promise<wire.ProviderHandshakeResponse.AsObject | undefined> {
    const request = new wire.ProviderHandshakeRequest().setEngineAddress(this.engine.address).setConfigureWithUrn(true);
    try {
      return (
        await answerOf<wire.ProviderHandshakeResponse>((done) => this.client.handshake(request, done))
      ).toObject();
    } catch (error) {
      if ((error as grpc.ServiceError).code === grpc.status.UNIMPLEMENTED) return undefined;
      throw error;
    }
  }

  async configure(config: Bag): Promise<wire.ConfigureResponse> {
    const request = new wire.ConfigureRequest()
      .setArgs(struct(config))
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    // The engine sends the configuration twice, and plugins read the one or the other.
    for (const [key, value] of Object.entries(config)) {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      request.getVariablesMap().set(`${this.type.split(":")[0] ?? ""}:config:${key}`, text);
    }
    return answerOf<wire.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async check(news: Bag, olds: Bag = {}, type = this.type): Promise<{ inputs: Bag; failures: readonly string[] }> {
    const request = new wire.CheckRequest().setUrn(urn(type)).setNews(struct(news)).setOlds(struct(olds));
    return checked(await answerOf<wire.CheckResponse>((done) => this.client.check(request, done)));
  }

  async diff(old: State, news: Bag, type = this.type): Promise<wire.DiffResponse.AsObject> {
    const request = new wire.DiffRequest()
      .setUrn(urn(type))
      .setId(old.id)
      .setOlds(struct(old.outputs))
      .setOldInputs(struct(old.inputs))
      .setNews(struct(news));
    return (await answerOf<wire.DiffResponse>((done) => this.client.diff(request, done))).toObject();
  }

  async checkConfig(news: Bag): Promise<{ inputs: Bag; failures: readonly string[] }> {
    const request = new wire.CheckRequest().setUrn(urn(this.providerType)).setNews(struct(news)).setOlds(struct({}));
    return checked(await answerOf<wire.CheckResponse>((done) => this.client.checkConfig(request, done)));
  }

  async diffConfig(olds: Bag, news: Bag): Promise<wire.DiffResponse.AsObject> {
    const request = new wire.DiffRequest()
      .setUrn(urn(this.providerType))
      .setId("provider")
      .setOlds(struct(olds))
      .setOldInputs(struct(olds))
      .setNews(struct(news));
    return (await answerOf<wire.DiffResponse>((done) => this.client.diffConfig(request, done))).toObject();
  }

  async version(): Promise<string> {
    return (await answerOf<PluginInfo>((done) => this.client.getPluginInfo(new Empty(), done))).getVersion();
  }

  async create(inputs: Bag, { preview = false, timeout = 0 }: Options = {}, type = this.type): Promise<State> {
    const request = new wire.CreateRequest()
      .setUrn(urn(type))
      .setProperties(struct(inputs))
      .setPreview(preview)
      .setTimeout(timeout);
    const response = await answerOf<wire.CreateResponse>((done) => this.client.create(request, done));
    return { id: response.getId(), inputs, outputs: bag(response.getProperties()) };
  }

  async update(old: State, inputs: Bag, { preview = false }: Options = {}, type = this.type): Promise<State> {
    const request = new wire.UpdateRequest()
      .setUrn(urn(type))
      .setId(old.id)
      .setOlds(struct(old.outputs))
      .setOldInputs(struct(old.inputs))
      .setNews(struct(inputs))
      .setPreview(preview);
    const response = await answerOf<wire.UpdateResponse>((done) => this.client.update(request, done));
    return { id: old.id, inputs, outputs: bag(response.getProperties()) };
  }

  async read(old: State, type = this.type): Promise<State> {
    const request = new wire.ReadRequest()
      .setUrn(urn(type))
      .setId(old.id)
      .setProperties(struct(old.outputs))
      .setInputs(struct(old.inputs));
    const response = await answerOf<wire.ReadResponse>((done) => this.client.read(request, done));
    return { id: response.getId(), inputs: bag(response.getInputs()), outputs: bag(response.getProperties()) };
  }

  async delete(old: State, { timeout = 0 }: Options = {}, type = this.type): Promise<void> {
    const request = new wire.DeleteRequest()
      .setUrn(urn(type))
      .setId(old.id)
      .setProperties(struct(old.outputs))
      .setOldInputs(struct(old.inputs))
      .setTimeout(timeout);
    await answerOf<Empty>((done) => this.client.delete(request, done));
  }
}

/** What the engine would keep of a resource whose operation failed so. */
export function leftBy(error: unknown): Left | undefined {
  const [details] = (error as grpc.ServiceError).metadata.get("grpc-status-details-bin");
  const [detail] = details === undefined ? [] : Status.deserializeBinary(details as Buffer).getDetailsList();
  if (detail === undefined) return undefined;
  const failed = wire.ErrorResourceInitFailed.deserializeBinary(detail.getValue_asU8());
  return { id: failed.getId(), outputs: bag(failed.getProperties()), reasons: failed.getReasonsList() };
}

/** The error that the work ends with. */
export async function failureOf(work: Promise<unknown>): Promise<grpc.ServiceError> {
  try {
    await work;
  } catch (error) {
    return error as grpc.ServiceError;
  }
  throw new Error("it succeeded");
}

function answerOf<Response>(call: (done: grpc.requestCallback<Response>) => unknown): Promise<Response> {
  return new Promise((resolve, reject) => {
    call((error, response) => (response === undefined ? reject(error ?? new Error("no answer")) : resolve(response)));
  });
}

function checked(response: wire.CheckResponse): { inputs: Bag; failures: readonly string[] } {
  const failures = response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
  return { inputs: bag(response.getInputs()), failures };
}

function urn(type: string): string {
  return `urn:pulumi:test::keelson::keelson:test:Test$${type}::thing`;
}

function struct(value: Bag): Struct {
  return Struct.fromJavaScript(value as Record<string, JavaScriptValue>);
}

function bag(value: Struct | undefined): Bag {
  return value?.toJavaScript() ?? {};
}
