import { setTimeout as sleep } from "node:timers/promises";

import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";

/** The part of the engine that plugins call: its log. */
export class TestEngine {
  private constructor(
    private readonly server: grpc.Server,
    readonly address: string,
    private readonly messages: string[],
  ) {}

  static async start(): Promise<TestEngine> {
    const server = new grpc.Server();
    const messages: string[] = [];
    server.addService(EngineService, {
      log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, callback: grpc.sendUnaryData<Empty>) => {
        messages.push(call.request.getMessage());
        callback(null, new Empty());
      },
    });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return new TestEngine(server, `127.0.0.1:${port}`, messages);
  }

  /** What was logged since the last question, once these messages are there: they come when they come. */
  async said(...expected: readonly string[]): Promise<readonly string[]> {
    const deadline = Date.now() + 60_000;
    do await sleep(50);
    while (expected.some((message) => !this.messages.includes(message)) && Date.now() < deadline);
    return this.messages.splice(0);
  }

  stop(): void {
    this.server.forceShutdown();
  }
}
