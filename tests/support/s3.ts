import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

import { root } from "./stack";

const bucket = "backups";

/** A server of S3 on this computer, which keeps everything in memory. It takes any keys: who has which is nothing that it can show. */
export class S3 {
  private constructor(
    private readonly child: ChildProcess,
    /** Where its bucket is, "http://172.30.0.1:9000/backups". */
    readonly url: string,
  ) {}

  /** Starts it at an address, built where it is not; it goes with this process. */
  static async at(address: string): Promise<S3> {
    const directory = execFileSync(join(root, "toolchain", "module"), ["s3"], { encoding: "utf8" }).trim();
    const host = `${address}:9000`;
    const child = spawn(
      join(directory, "gofakes3"),
      ["-backend", "memory", "-host", host, "-initialbucket", bucket, "-quiet"],
      { stdio: "ignore" },
    );
    process.once("exit", () => child.kill());
    const server = new S3(child, `http://${host}/${bucket}`);
    for (let tries = 0; (await server.answer()) === undefined; tries++) {
      if (tries > 100) throw new Error(`the server of S3 does not answer at ${server.url}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return server;
  }

  /** What it says is in its bucket. */
  async answer(): Promise<string | undefined> {
    return fetch(`${this.url}?list-type=2`).then(
      (response) => response.text(),
      () => undefined,
    );
  }

  remove(): void {
    this.child.kill();
  }
}
