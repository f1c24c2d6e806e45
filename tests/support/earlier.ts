/**
 * A stack's state that an earlier commit made, as test data: the real engine made it of that commit's program, with machines that
 * pretend. What is another in each run stands in it by a name: keys, ports, the way to the API.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

import { parse } from "yaml";

import { Crowd } from "./crowd";
import { SshKeys } from "./sshKeys";
import { TestStack } from "./stack";

const roles = {
  "master-1": ["master", "etcd"],
  "master-2": ["master", "etcd"],
  "etcd-1": ["etcd"],
  "worker-1": ["worker"],
} as const;

interface Listed {
  readonly name: keyof typeof roles;
  readonly ssh: { readonly port: number; readonly hostKey: string };
}

const fileOf = (commit: string) => join(__dirname, "..", "e2e", "earlier", `${commit}.json.br`);
const slices = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";

/** The machines and the stack of it, which some commit's program works on. */
export class Earlier {
  readonly crowd = new Crowd(Object.keys(roles));
  private readonly keys = new SshKeys();
  private readonly privateKeyFile = this.keys.make("id_ed25519");
  private made?: TestStack;

  /** The stack, of today's program unless another checkout is named. */
  async begin(project?: string): Promise<void> {
    // They have joined, and an earlier release named no cluster on them.
    for (const name of this.crowd.names) {
      this.crowd.joined.set(name, "");
      this.crowd.own(name, "-");
    }
    this.serveWorkloads();
    await this.crowd.listen(this.keys.publicKey("id_ed25519"));
    this.made = new TestStack(
      "e2e-earlier",
      {
        provider: "ssh",
        ssh: { user: "root", privateKeyFile: this.privateKeyFile },
        machines: this.machines.map((machine) => ({ ...machine, roles: roles[machine.name] })),
        kubernetes: { virtualAddress: "192.0.2.100" },
      },
      project,
    );
    await this.stack.succeedPulumi("stack", "init");
  }

  async end(): Promise<void> {
    await this.made?.remove();
    await this.crowd.close();
    this.keys.remove();
  }

  get stack(): TestStack {
    if (!this.made) throw new Error("the machines do not listen yet");
    return this.made;
  }

  /** Puts the state that a commit made into the stack. */
  async take(commit: string): Promise<void> {
    const text = brotliDecompressSync(readFileSync(fileOf(commit))).toString();
    const state = JSON.parse(this.replaced(text, (pair) => [pair[1], pair[0]])) as State;
    const deployment = { ...state.deployment, secrets_providers: this.encryption };
    const file = join(this.keys.directory, "state.json");
    writeFileSync(file, JSON.stringify({ ...state, deployment }));
    await this.stack.succeedPulumi("stack", "import", "--file", file);
    for (const { type, outputs } of state.deployment.resources) {
      if (type.startsWith("kubernetes:")) this.crowd.api.objects.set(pathOf(outputs), outputs);
    }
  }

  /** Keeps the stack's state as that of a commit. */
  async keep(commit: string): Promise<void> {
    const exported = await this.stack.succeedPulumi("stack", "export", "--show-secrets");
    const state = JSON.parse(exported.slice(exported.indexOf("{"))) as State;
    // Whoever takes it encrypts it in their own way; and places in that commit's program are nobody's concern.
    const resources = state.deployment.resources.map((resource) => ({
      ...resource,
      ...{ stackTrace: undefined, sourcePosition: undefined },
    }));
    const kept = { ...state, deployment: { ...state.deployment, secrets_providers: undefined, resources } };
    const text = this.replaced(JSON.stringify(kept), (pair) => pair);
    if (/PRIVATE KEY|client-key-data/.test(text)) throw new Error("a key is in what would be kept");
    const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
    writeFileSync(fileOf(commit), brotliCompressSync(text, { params }));
  }

  /** How the stack's own state is encrypted, as its file says. */
  private get encryption(): object {
    const { encryptionsalt } = parse(readFileSync(this.stack.file, "utf8")) as { readonly encryptionsalt: string };
    return { type: "passphrase", state: { salt: encryptionsalt } };
  }

  private get machines(): readonly Listed[] {
    return this.crowd.machines as readonly Listed[];
  }

  /** What is there, and what stands for it. */
  private replaced(text: string, sense: (pair: readonly [string, string]) => readonly [string, string]): string {
    const { kubeconfig } = this.crowd.api;
    const pairs: readonly (readonly [string, string])[] = [
      ...nested(this.keys.text("id_ed25519"), "LOGIN"),
      ...nested(kubeconfig, "KUBECONFIG"),
      [Buffer.from(kubeconfig).toString("base64"), "@KUBECONFIG_BASE64@"],
      ...this.machines.flatMap(({ name, ssh }): (readonly [string, string])[] => [
        [ssh.hostKey, `@HOST_KEY_${name}@`],
        [`:${ssh.port}`, `:@PORT_${name}@`],
      ]),
    ];
    return pairs.map(sense).reduce((text, [from, to]) => text.replaceAll(from, to), text);
  }

  /** The API tells that nginx is well. */
  private serveWorkloads(): void {
    const { future, objects } = this.crowd.api;
    const counts = { replicas: 3, updatedReplicas: 3, availableReplicas: 3, readyReplicas: 3 };
    const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    future.set("/apis/apps/v1/namespaces/default/deployments/nginx-deployment", [{ status: counts }]);
    future.set("/api/v1/namespaces/default/pods/nginx-test", [{ status: ready }]);
    objects.set(`${slices}/nginx-1`, {
      metadata: { name: "nginx-1", labels: { "kubernetes.io/service-name": "nginx" } },
      endpoints: [{ conditions: { ready: true } }],
    });
  }
}

/** A secret is a JSON text in the state, which is one itself, and has others in it: a text is quoted several times, and most often first. */
function nested(text: string, name: string): readonly (readonly [string, string])[] {
  const quoted = [text];
  for (let depth = 0; depth < 4; depth++) quoted.unshift(JSON.stringify(quoted[0]).slice(1, -1));
  return quoted.map((text, index) => [text, `@${name}_${4 - index}@`]);
}

interface State {
  readonly deployment: {
    readonly resources: readonly { readonly type: string; readonly outputs: Readonly<Record<string, unknown>> }[];
  };
}

/** Where the API has an object. */
function pathOf({ apiVersion, kind, metadata }: Readonly<Record<string, unknown>>): string {
  const { namespace, name } = metadata as { readonly namespace?: string; readonly name: string };
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${String(apiVersion)}`;
  return [group, ...(namespace ? ["namespaces", namespace] : []), `${String(kind).toLowerCase()}s`, name].join("/");
}

/**
 * earlier.ts COMMIT CHECKOUT, in the shell of `make env`: makes the state of a commit that is checked out there, with this
 * checkout's node_modules, Pulumi.yaml, loader.cjs and typescript.cjs.
 */
async function make(commit: string, project: string): Promise<void> {
  const earlier = new Earlier();
  try {
    await earlier.begin(project);
    await earlier.stack.succeedPulumi("up", "--yes", "--skip-preview");
    await earlier.keep(commit);
  } finally {
    await earlier.end();
  }
}

if (require.main === module) {
  make(process.argv[2] ?? "", process.argv[3] ?? "").catch((error: unknown) => {
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
