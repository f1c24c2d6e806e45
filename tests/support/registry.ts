import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { here } from "./stack";

/** What a registry answers with: a manifest, or a file. */
export interface Answer {
  readonly type: string;
  readonly digest: string;
  readonly content: string | { readonly file: string };
}

interface Layer {
  readonly digest: string;
  readonly file: string;
}

interface Config {
  readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
  readonly history?: readonly unknown[];
}

const docker = "application/vnd.docker";
const digestOf = (content: string | Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/**
 * The images of a bundle's archives as a registry has them, by their names without the registry's host. Layers stay as they are in
 * the archives, not compressed: their digests are those that an image names anyway. Source: Docker, "Image Manifest V 2, Schema 2".
 */
export class Registry {
  private readonly manifests = new Map<string, Answer>();
  private readonly blobs = new Map<string, Answer>();
  private readonly images = new Map<string, { readonly config: Config; readonly layers: readonly Layer[] }>();

  constructor(private readonly directory: string) {
    mkdirSync(directory);
  }

  /** All images of an archive that `docker save` wrote. */
  addArchive(archive: string): void {
    const unpacked = join(this.directory, `archive-${this.images.size}`);
    mkdirSync(unpacked);
    here("tar", "-xf", archive, "-C", unpacked);
    const images = JSON.parse(readFileSync(join(unpacked, "manifest.json"), "utf8")) as readonly {
      readonly Config: string;
      readonly RepoTags: readonly string[];
      readonly Layers: readonly string[];
    }[];
    for (const { Config: file, RepoTags: names, Layers: layers } of images) {
      const text = readFileSync(join(unpacked, file), "utf8");
      const config = JSON.parse(text) as Config;
      const all = layers.map((layer, index) => ({
        digest: config.rootfs.diff_ids[index] ?? "",
        file: join(unpacked, layer),
      }));
      for (const name of names) this.add(name, text, all);
    }
  }

  /** Another image: one that is there, and a file in its root directory. */
  addWithFile(name: string, from: string, file: string, as: string): void {
    const image = this.images.get(from);
    if (!image) throw new Error(`there is no image ${from}: ${[...this.images.keys()].join(", ")} are`);
    const root = join(this.directory, `layer-${this.images.size}`);
    mkdirSync(root);
    copyFileSync(file, join(root, as));
    const layer = `${root}.tar`;
    here("tar", "-cf", layer, "--owner=0", "--group=0", "--mode=0755", "-C", root, as);
    const digest = digestOf(readFileSync(layer));
    const { rootfs } = image.config;
    const config = { ...image.config, history: [], rootfs: { ...rootfs, diff_ids: [...rootfs.diff_ids, digest] } };
    this.add(name, JSON.stringify(config), [...image.layers, { digest, file: layer }]);
  }

  /** What it answers to a path of its API, "/v2/pause/manifests/3.10"; nothing where it has no such thing. */
  answer(path: string): Answer | undefined {
    const [, name = "", kind, reference = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
    if (kind === "blobs") return this.blobs.get(reference);
    return this.manifests.get(`${name}@${reference}`);
  }

  private add(name: string, config: string, layers: readonly Layer[]): void {
    this.images.set(name, { config: JSON.parse(config) as Config, layers });
    const digest = digestOf(config);
    const file = join(this.directory, digest.slice(7));
    if (!existsSync(file)) writeFileSync(file, config);
    const type = `${docker}.container.image.v1+json`;
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: `${docker}.distribution.manifest.v2+json`,
      config: { mediaType: type, size: Buffer.byteLength(config), digest },
      layers: layers.map((layer) => ({
        mediaType: `${docker}.image.rootfs.diff.tar`,
        size: statSync(layer.file).size,
        digest: layer.digest,
      })),
    });
    this.blobs.set(digest, { type, digest, content: { file } });
    for (const layer of layers) {
      this.blobs.set(layer.digest, {
        type: "application/octet-stream",
        digest: layer.digest,
        content: { file: layer.file },
      });
    }
    const [path = "", tag = ""] = pathAndTag(name);
    const answer = {
      type: `${docker}.distribution.manifest.v2+json`,
      digest: digestOf(manifest),
      content: manifest,
    };
    for (const reference of [tag, answer.digest]) this.manifests.set(`${path}@${reference}`, answer);
  }
}

/** "coredns/coredns" and "v1.14.2" of "registry.k8s.io/coredns/coredns:v1.14.2". */
function pathAndTag(name: string): readonly string[] {
  return /^[^/]+\/(.+):([^:/]+)$/.exec(name)?.slice(1) ?? [];
}
