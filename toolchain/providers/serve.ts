import * as grpc from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/provider_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

import { connectLog, type EngineLog } from "./engineLog";
import type { Diff, Operation, Plugin, Remembered, Resource } from "./plugin";
import { type Properties, valueAt } from "./properties";
import { asFailure, fromStruct, markedFromStruct, toStruct } from "./wireFormat";

/**
 * Serves a plugin to the Pulumi engine. Written on the engine's own protocol rather than on `@pulumi/pulumi/provider`,
 * whose server keeps the provider's configuration, the preview flag, timeouts and old inputs to itself.
 */

/** How often we look whether the engine is still there, milliseconds. */
const parentCheckInterval = 1000;
/** Composed scripts and kubeconfigs go well beyond the library's limit of 4 MiB when a whole state is sent. */
const maxMessageBytes = 400 * 1024 * 1024;

interface ResourceRequest {
  getUrn(): string;
  getTimeout?(): number;
  getPreview?(): boolean;
}

/** Answers the engine's calls for one plugin. */
class Session {
  private readonly stop = new AbortController();
  private log: EngineLog;
  private announced = false;

  constructor(
    private readonly plugin: Plugin,
    engine: string | undefined,
  ) {
    this.log = connectLog(engine);
  }

  methods(): grpc.UntypedServiceImplementation {
    return {
      getPluginInfo: answer(() => new PluginInfo().setVersion(this.plugin.version)),
      getSchema: answer(() => new wire.GetSchemaResponse().setSchema("{}")),
      attach: answer((request: { getAddress(): string }) => {
        this.log = connectLog(request.getAddress());
        return new Empty();
      }),
      cancel: answer(() => {
        this.stop.abort();
        return new Empty();
      }),
      checkConfig: answer((request: wire.CheckRequest) =>
        new wire.CheckResponse().setInputs(request.getNews() ?? toStruct({})),
      ),
      diffConfig: answer((request: wire.DiffRequest) => this.diffConfig(request)),
      configure: answer((request: wire.ConfigureRequest) => this.configure(request)),
      check: answer((request: wire.CheckRequest) => this.check(request)),
      diff: answer((request: wire.DiffRequest) => this.diff(request)),
      create: answer((request: wire.CreateRequest) => this.create(request)),
      read: answer((request: wire.ReadRequest) => this.read(request)),
      update: answer((request: wire.UpdateRequest) => this.update(request)),
      delete: answer((request: wire.DeleteRequest) => this.delete(request)),
    };
  }

  private configure(request: wire.ConfigureRequest): wire.ConfigureResponse {
    this.plugin.configure?.(fromStruct(request.getArgs()));
    // Not accepting secrets, as most do, makes the engine unwrap them for us and mark the outputs of the same names again.
    return new wire.ConfigureResponse().setAcceptsecrets(this.plugin.acceptsSecrets ?? false).setSupportspreview(true);
  }

  private diffConfig(request: wire.DiffRequest): wire.DiffResponse {
    const olds = fromStruct(request.getOldInputs() ?? request.getOlds());
    const news = fromStruct(request.getNews());
    return diffResponse(this.plugin.diffConfig?.(olds, news) ?? { changes: ["*"] });
  }

  private check(request: wire.CheckRequest): wire.CheckResponse {
    const news = this.bag(request.getNews());
    const checked = this.resource(request).check(news, this.bag(request.getOlds()), this.operation(request));
    const failures = (checked.failures ?? []).map(({ property, reason }) =>
      new wire.CheckFailure().setProperty(property).setReason(reason),
    );
    return new wire.CheckResponse().setInputs(toStruct(checked.inputs)).setFailuresList(failures);
  }

  private diff(request: wire.DiffRequest): wire.DiffResponse {
    const old = this.remembered(request.getId(), request.getOlds(), request.getOldInputs());
    const news = this.bag(request.getNews());
    const diff = this.resource(request).diff(old, news, this.operation(request));
    return withDetails(diffResponse(diff), diff, old.inputs, news);
  }

  private async create(request: wire.CreateRequest): Promise<wire.CreateResponse> {
    const inputs = this.bag(request.getProperties());
    const made = await this.resource(request).create(inputs, this.operation(request));
    return new wire.CreateResponse().setId(made.id).setProperties(toStruct(made.outputs));
  }

  private async read(request: wire.ReadRequest): Promise<wire.ReadResponse> {
    const old = this.remembered(request.getId(), request.getProperties(), request.getInputs());
    const resource = this.resource(request);
    const found = resource.read === undefined ? old : await resource.read(old, this.operation(request));
    const response = new wire.ReadResponse().setId(found?.id ?? "");
    return found === undefined
      ? response
      : response.setProperties(toStruct(found.outputs)).setInputs(toStruct(found.inputs ?? old.inputs));
  }

  private async update(request: wire.UpdateRequest): Promise<wire.UpdateResponse> {
    const old = this.remembered(request.getId(), request.getOlds(), request.getOldInputs());
    const news = this.bag(request.getNews());
    const outputs = await this.resource(request).update(old, news, this.operation(request));
    return new wire.UpdateResponse().setProperties(toStruct(outputs));
  }

  private async delete(request: wire.DeleteRequest): Promise<Empty> {
    const old = this.remembered(request.getId(), request.getProperties(), request.getOldInputs());
    await this.resource(request).delete(old, this.operation(request));
    return new Empty();
  }

  private remembered(id: string, outputs: unknown, inputs: unknown): Remembered {
    const [state, known] = [this.bag(outputs), this.bag(inputs)];
    return { id, outputs: state, inputs: Object.keys(known).length === 0 ? state : known };
  }

  private bag(struct: unknown): Properties {
    return this.plugin.acceptsSecrets === true ? markedFromStruct(struct) : fromStruct(struct);
  }

  private resource(request: ResourceRequest): Resource {
    const type = typeOf(request.getUrn());
    const resource = this.plugin.resource(type);
    if (resource === undefined) {
      throw new Error(
        `${type}: not carried by the stand-in plugin for ${this.plugin.standsFor}; install the official one`,
      );
    }
    return resource;
  }

  private operation(request: ResourceRequest): Operation {
    const urn = request.getUrn();
    if (!this.announced) {
      this.announced = true;
      this.log("", "info", `stand-in plugin for ${this.plugin.standsFor} in use`);
    }
    return {
      urn,
      name: urn.slice(urn.lastIndexOf("::") + 2),
      preview: request.getPreview?.() ?? false,
      timeout: request.getTimeout?.() ?? 0,
      log: (severity, message) => this.log(urn, severity, message),
      cancelled: this.stop.signal,
    };
  }
}

/** The resource type in a URN, without those of its parents. */
export function typeOf(urn: string): string {
  return (urn.split("::")[2] ?? "").split("$").pop() ?? "";
}

function diffResponse(diff: Diff): wire.DiffResponse {
  const { DIFF_SOME, DIFF_NONE, DIFF_UNKNOWN } = wire.DiffResponse.DiffChanges;
  return new wire.DiffResponse()
    .setChanges(diff.uncertain === true ? DIFF_UNKNOWN : diff.changes.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(diff.wholePaths === true ? [] : topLevel(diff.changes))
    .setReplacesList(diff.wholePaths === true ? [...(diff.replaces ?? [])] : topLevel(diff.replaces ?? []))
    .setDeletebeforereplace(diff.deleteBeforeReplace ?? false);
}

/** Tells the engine how each path changed: it shows these, and not everything around them. */
function withDetails(response: wire.DiffResponse, diff: Diff, olds: Properties, news: Properties): wire.DiffResponse {
  const { Kind } = wire.PropertyDiff;
  const inPlace = { add: Kind.ADD, remove: Kind.DELETE, update: Kind.UPDATE };
  const replacing = { add: Kind.ADD_REPLACE, remove: Kind.DELETE_REPLACE, update: Kind.UPDATE_REPLACE };
  for (const path of diff.changes) {
    const kinds = diff.replaces?.includes(path) === true ? replacing : inPlace;
    const [added, removed] = [valueAt(olds, path) === undefined, valueAt(news, path) === undefined];
    const how = diff.kinds?.[path] ?? (added ? "add" : removed ? "remove" : "update");
    const ofInputs = diff.ofInputs === "removals" ? how === "remove" : (diff.ofInputs ?? true);
    response.getDetaileddiffMap().set(path, new wire.PropertyDiff().setKind(kinds[how]).setInputdiff(ofInputs));
  }
  return response.setHasdetaileddiff(true);
}

/** The properties that paths begin at. */
function topLevel(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => /^[^.[]*/.exec(path)?.[0] ?? path))];
}

/** A method of the wire made of a function. */
export function answer<Request, Response>(work: (request: Request) => Response | Promise<Response>) {
  // Async, so that what is thrown at once is answered like what is thrown later.
  const respond = async (request: Request): Promise<Response> => work(request);
  return (call: grpc.ServerUnaryCall<Request, Response>, callback: grpc.sendUnaryData<Response>): void => {
    respond(call.request).then(
      (response) => callback(null, response),
      (error: unknown) => callback(asFailure(error), null),
    );
  };
}

/** The engine's address: the first argument that is neither a logging flag nor its value. */
export function engineAddress(args: readonly string[]): string | undefined {
  return args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--tracing");
}

/** Serves a plugin of resources. */
export function serve(plugin: Plugin): void {
  listen(ResourceProviderService, new Session(plugin, engineAddress(process.argv.slice(2))).methods());
}

/** Serves until the engine ends us or is gone itself. */
export function listen(service: grpc.ServiceDefinition, methods: grpc.UntypedServiceImplementation): void {
  const server = new grpc.Server({ "grpc.max_receive_message_length": maxMessageBytes });
  server.addService(service, methods);
  const parent = process.ppid;
  // A killed engine ends nobody: without this look every killed run would leave its plugins behind.
  setInterval(() => process.ppid === parent || process.exit(1), parentCheckInterval).unref();
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    process.stdout.write(`${port}\n`);
  });
}
