import * as grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** The engine's own log, where messages appear beside the resource they are about. */

/** Sends one message about the resource with this URN, about none when it is empty. */
export type EngineLog = (
  urn: string,
  severity: "debug" | "info" | "warning" | "error" | "status",
  message: string,
) => void;

const severities = {
  debug: LogSeverity.DEBUG,
  info: LogSeverity.INFO,
  status: LogSeverity.INFO,
  warning: LogSeverity.WARNING,
  error: LogSeverity.ERROR,
} as const;

/** Connects to the engine; without an address messages go nowhere. */
export function connectLog(address: string | undefined): EngineLog {
  if (address === undefined) return () => undefined;
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  return (urn, severity, message) => {
    const request = new LogRequest()
      .setSeverity(severities[severity])
      .setMessage(message)
      .setUrn(urn)
      .setEphemeral(severity === "status");
    // A message that does not arrive must not fail the operation it tells of.
    client.log(request, () => undefined);
  };
}
