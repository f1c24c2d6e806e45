import * as pulumi from "@pulumi/pulumi";

/** One resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
}

/** What stands for values that only a real machine can print: authorities and kubeconfigs. */
const printed = ["crt ZXRjZC1jZXJ0", "key ZXRjZC1rZXk=", "admin.conf a3ViZWNvbmZpZw==", "ca-hash sha256:0123"].join(
  "\n",
);

/** Runs the whole program for one configuration, with no engine behind it, and gives what it registered. */
export async function runProgram(
  stack: string,
  config: Readonly<Record<string, unknown>>,
): Promise<readonly Registered[]> {
  const registered: Registered[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs, id }) => {
        registered.push({ type, name, inputs: plain(inputs) as Record<string, unknown> });
        return { id: id ?? `${name}-id`, state: { ...(inputs as object), stdout: printed } };
      },
      call: ({ inputs }) => inputs as Record<string, unknown>,
    },
    "keelson",
    stack,
    false,
  );
  const entries = Object.entries(config).map(([key, value]) => [`keelson:${key}`, JSON.stringify(value)]);
  pulumi.runtime.setAllConfig(Object.fromEntries(entries) as Record<string, string>);
  await jest.isolateModulesAsync(async () => {
    await import("../../index");
  });
  await settled(registered);
  return registered;
}

/** Registrations wait for each other's outputs; they are all there when none comes any more. */
async function settled(registered: readonly Registered[]): Promise<void> {
  for (let before = -1; before !== registered.length;) {
    before = registered.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Secrets reach a mock wrapped; their values are what a machine would get. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if ("4dabf18193072939515e22adb298388d" in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}
