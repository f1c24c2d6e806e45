import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import * as wire from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";

import { answer, engineAddress, listen } from "../serve";
import { resourcePackages } from "./packages";
import { Run } from "./run";

/**
 * The language host of Node programs, where the vendor's cannot be had: it starts the same runner, that of the program's own
 * SDK, in the same way, and carries what `pulumi preview`, `up`, `refresh`, `destroy` and `about` ask for.
 */

/** The release whose behaviour this is modelled on: that of the CLI that toolchain/pulumi obtains. */
const cliVersion = "3.259.0";

let engine = engineAddress(process.argv.slice(2)) ?? "";
const running = new Set<Run>();

async function run(request: wire.RunRequest): Promise<wire.RunResponse> {
  const started = Run.start(request, engine);
  if (!(started instanceof Run)) return started;
  running.add(started);
  const response = await started.response;
  running.delete(started);
  return response;
}

function requiredPackages(request: wire.GetRequiredPackagesRequest): wire.GetRequiredPackagesResponse {
  const packages = resourcePackages(request.getInfo()?.getProgramDirectory() ?? ".").map(({ name, version }) =>
    new PackageDependency().setName(name).setKind("resource").setVersion(version),
  );
  return new wire.GetRequiredPackagesResponse().setPackagesList(packages);
}

// An engine that was killed asks for nothing more, and its program would wait for it.
process.on("exit", () => running.forEach((one) => one.kill()));

listen(LanguageRuntimeService, {
  handshake: answer((request: wire.LanguageHandshakeRequest) => {
    engine = request.getEngineAddress();
    return new wire.LanguageHandshakeResponse();
  }),
  getPluginInfo: answer(() => new PluginInfo().setVersion(cliVersion)),
  getRequiredPackages: answer(requiredPackages),
  run: answer(run),
  runtimeOptionsPrompts: answer(() => new wire.RuntimeOptionsResponse()),
  about: answer(() => new wire.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
  getProgramDependencies: answer(() => new wire.GetProgramDependenciesResponse()),
  cancel: answer(() => {
    running.forEach((one) => one.cancel());
    return new Empty();
  }),
});
