import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import type { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import { TestEngine } from "./engine";

const bin = join(__dirname, "..", "..", "..", "toolchain", "plugins", "bin");

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

  /** Starts the plugin of a package, for resources of one type unless an operation says another. */
  static async start(packageName: string, type: string, environment: NodeJS.ProcessEnv = {}): Promise<TestPlugin> {
    const engine = await TestEngine.start();
    const program = spawn(join(bin, `pulumi-resource-${packageName}`), [engine.address], {
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

  async configure(config: Bag): Promise<wire.ConfigureResponse> {
    const request = new wire.ConfigureRequest().setArgs(struct(config));
    return answerOf<wire.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  async check(news: Bag, olds: Bag = {}, type = this.type): Promise<{ inputs: Bag; failures: readonly string[] }> {
    const request = new wire.CheckRequest().setUrn(urn(type)).setNews(struct(news)).setOlds(struct(olds));
    const response = await answerOf<wire.CheckResponse>((done) => this.client.check(request, done));
    const failures = response.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    return { inputs: bag(response.getInputs()), failures };
  }

  async diff(old: State, news: Bag): Promise<wire.DiffResponse.AsObject> {
    const request = new wire.DiffRequest()
      .setUrn(urn(this.type))
      .setId(old.id)
      .setOlds(struct(old.outputs))
      .setOldInputs(struct(old.inputs))
      .setNews(struct(news));
    return (await answerOf<wire.DiffResponse>((done) => this.client.diff(request, done))).toObject();
  }

  async diffConfig(olds: Bag, news: Bag): Promise<readonly string[]> {
    const request = new wire.DiffRequest().setOlds(struct(olds)).setNews(struct(news));
    return (await answerOf<wire.DiffResponse>((done) => this.client.diffConfig(request, done))).getReplacesList();
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
  if (detail === undefined) {
    return undefined;
  }
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

function urn(type: string): string {
  return `urn:pulumi:test::keelson::keelson:test:Test$${type}::thing`;
}

function struct(value: Bag): Struct {
  return Struct.fromJavaScript(value as Record<string, JavaScriptValue>);
}

function bag(value: Struct | undefined): Bag {
  return value?.toJavaScript() ?? {};
}
