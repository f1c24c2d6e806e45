/**
 * A secret of the configuration. It shows itself nowhere: not in errors, not as JSON, not when an object that holds it is
 * printed. Where nothing could decrypt it, it is only known to be given.
 */
export class Secret {
  readonly #value: string | undefined;

  constructor(value?: string) {
    this.#value = value;
  }

  /** The secret itself; undefined where it is encrypted and nothing decrypted it. */
  reveal(): string | undefined {
    return this.#value;
  }

  /** What stands for it wherever it is shown. */
  toJSON(): string {
    return "[secret]";
  }
}

/** Whether a value of a stack's file is encrypted, as `pulumi config set --secret` writes it. */
export function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value && typeof value.secure === "string";
}

/**
 * Marks what is secret in a value that Pulumi decrypted. It says of a whole key only that some part of it is a secret;
 * which part that is, the stack's file tells. Of a key that the file does not know as encrypted, everything may be the
 * secret but for the `fields` that are there to be one.
 */
export function marked(
  value: unknown,
  inFile: unknown,
  isSecretField: (path: readonly string[]) => boolean,
  path: readonly string[] = [],
): unknown {
  const byFile = alongside(value, inFile, (_, written) => isEncrypted(written), path);
  if (byFile.found) return byFile.value;
  const byField = alongside(value, inFile, (at) => isSecretField(at), path);
  return byField.found ? byField.value : new Secret();
}

interface Marked {
  readonly value: unknown;
  readonly found: boolean;
}

/** Walks through a value and what the file has in its place, and makes secrets of the parts that are. */
function alongside(
  value: unknown,
  inFile: unknown,
  isSecret: (path: readonly string[], written: unknown) => boolean,
  path: readonly string[],
): Marked {
  if (isSecret(path, inFile)) {
    const known = typeof value === "string" || typeof value === "number";
    return { value: known ? new Secret(String(value)) : new Secret(), found: true };
  }
  if (typeof value !== "object" || value === null) return { value, found: false };
  const parts = Object.entries(value).map(([key, part]) => {
    const written: unknown = typeof inFile === "object" && inFile !== null ? Reflect.get(inFile, key) : undefined;
    return [key, alongside(part, written, isSecret, [...path, key])] as const;
  });
  const found = parts.some(([, part]) => part.found);
  if (Array.isArray(value)) return { value: parts.map(([, part]) => part.value), found };
  return { value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])), found };
}
