import { createReadStream, mkdirSync, readFileSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import { join } from "node:path";

import type { Registry } from "./registry";
import { here } from "./stack";

/** Names under which publishers have files, and registries images. */
const hosts = [
  ...["dl.k8s.io", "github.com", "release-assets.githubusercontent.com", "download.docker.com"],
  ...["registry.k8s.io", "ghcr.io", "registry-1.docker.io", "mirror.example.com"],
];
const registries = new Set(["registry.k8s.io", "ghcr.io", "registry-1.docker.io", "mirror.example.com"]);

/**
 * What publishers have on the net, served by this computer under their names, with certificates of an authority of its own. A
 * machine that finds the names at this address, and trusts the authority, downloads as it would from them.
 */
export class Publishers {
  /** Which URLs were answered, and with what. */
  readonly asked: string[] = [];
  private readonly files = new Map<string, string>();
  private readonly server: Server;

  constructor(
    /** Where its files lie. */
    private readonly directory: string,
    private readonly registry: Registry,
  ) {
    mkdirSync(directory, { recursive: true });
    const [authority, own] = [join(directory, "ca"), join(directory, "own")];
    const key = ["-newkey", "rsa:2048", "-noenc", "-days", "2"];
    const issuer = ["-CA", `${authority}.crt`, "-CAkey", `${authority}.key`];
    const names = `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}`;
    const request = (name: string, subject: string, ...more: readonly string[]) =>
      here(
        "openssl",
        "req",
        "-x509",
        ...key,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.crt`,
        "-subj",
        subject,
        ...more,
      );
    request(authority, "/CN=Authority of a test");
    request(own, "/CN=Publishers", ...issuer, "-addext", names, "-addext", "basicConstraints=critical,CA:FALSE");
    const [certificate, secret] = [readFileSync(`${own}.crt`), readFileSync(`${own}.key`)];
    this.server = createServer({ cert: certificate, key: secret }, (request, response) =>
      this.answer(request, response),
    );
  }

  /** Serves a file at a URL, in place of what was there. */
  serve(url: string, file: string): void {
    this.files.set(url, file);
  }

  async listen(address: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(443, address, resolve);
    });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** Lines for a machine's shell, after which it finds the publishers at this address, and trusts them. */
  introduction(address: string): string {
    const authority = readFileSync(join(this.directory, "ca.crt"), "utf8");
    return `echo '${address} ${hosts.join(" ")}' >>/etc/hosts
      printf '%s' '${authority}' >/usr/local/share/ca-certificates/publishers.crt
      update-ca-certificates >/dev/null 2>&1`;
  }

  private answer({ headers, url = "", method }: IncomingMessage, response: ServerResponse): void {
    const host = headers.host ?? "";
    const path = decodeURIComponent(url);
    const found = this.find(host, path);
    this.asked.push(`https://${host}${path} ${found === undefined ? 404 : 200}`);
    if (found === undefined) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(found.location === undefined ? 200 : 302, {
      "Content-Length": found.file === undefined ? Buffer.byteLength(found.text ?? "") : statSync(found.file).size,
      "Docker-Distribution-Api-Version": "registry/2.0",
      ...(found.type === undefined ? {} : { "Content-Type": found.type }),
      ...(found.digest === undefined ? {} : { "Docker-Content-Digest": found.digest }),
      ...(found.location === undefined ? {} : { Location: found.location }),
    });
    if (method === "HEAD" || found.file === undefined) response.end(method === "HEAD" ? undefined : found.text);
    else {
      createReadStream(found.file)
        .on("error", () => response.destroy())
        .pipe(response);
    }
  }

  private find(host: string, path: string): Found | undefined {
    if (registries.has(host) && path.startsWith("/v2/")) return this.findImage(path);
    // Releases on GitHub lie with another host.
    const assets = "https://release-assets.githubusercontent.com";
    const [, asset] = /^\/assets(\/.*)$/.exec(path) ?? [];
    if (host === "release-assets.githubusercontent.com") {
      return fileOf(this.files.get(`https://github.com${asset ?? ""}`));
    }
    const file = this.files.get(`https://${host}${path}`);
    if (host === "github.com" && file !== undefined) return { text: "", location: `${assets}/assets${path}` };
    return fileOf(file);
  }

  private findImage(path: string): Found | undefined {
    if (path === "/v2/") return { text: "{}", type: "application/json" };
    const answer = this.registry.answer(path);
    if (!answer) return undefined;
    const { type, digest, content } = answer;
    return typeof content === "string" ? { text: content, type, digest } : { file: content.file, type, digest };
  }
}

interface Found {
  readonly text?: string;
  readonly file?: string;
  readonly type?: string;
  readonly digest?: string;
  readonly location?: string;
}

const fileOf = (file: string | undefined): Found | undefined => (file === undefined ? undefined : { file });
