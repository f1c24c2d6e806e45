import * as grpc from "@grpc/grpc-js";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";

import { NotReady } from "./plugin";
import { isObject, plain, type Properties } from "./properties";

/** Property bags and failures in the forms that cross the wire. */

/** Reads a property bag, without its secret marks. */
export function fromStruct(struct: unknown): Properties {
  const value = plain(markedFromStruct(struct));
  return isObject(value) ? value : {};
}

/** Reads a property bag with its secret marks. */
export function markedFromStruct(struct: unknown): Properties {
  return struct instanceof Struct ? struct.toJavaScript() : {};
}

/** Writes a property bag; undefined members are left out. */
export function toStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)) as Record<string, JavaScriptValue>);
}

/** An error as the engine reads it: a resource that exists but is not ready comes with what is known of it. */
export function asFailure(error: unknown): Partial<grpc.ServiceError> {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof NotReady)) return { code: grpc.status.UNKNOWN, details: message, message };
  const detail = new ErrorResourceInitFailed()
    .setId(error.id)
    .setProperties(toStruct(error.outputs))
    .setInputs(toStruct(error.inputs))
    .setReasonsList([message]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(message);
  status.addDetails(packed);
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: message, message, metadata };
}
