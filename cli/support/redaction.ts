/** What stands for a secret wherever it was. */
const stand = "[secret]";

/** By which a state's text marks a secret. Source: Pulumi, sdk/go/common/resource/sig. */
const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

/** Shorter texts are in every log. Those of the configuration, which a person chose to be secret, count from four on. */
const shortest = 8;
const shortestChosen = 4;

/** Secret values of a state whose secrets are shown, as `pulumi stack export --show-secrets` gives it. */
export function secretsOf(deployment: unknown): readonly string[] {
  if (typeof deployment !== "object" || deployment === null) return [];
  const marked = deployment as Readonly<Record<string, unknown>>;
  if (marked[signature] === secretSignature) {
    const { plaintext } = marked;
    return typeof plaintext === "string" ? leavesOf(parsed(plaintext)) : [];
  }
  return Object.values(marked).flatMap(secretsOf);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** All texts and numbers of a value, however deep. */
export function leavesOf(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value === "number") return [String(value)];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}

/** Takes secrets out of texts, in every form in which they may stand there. */
export class Redaction {
  private readonly byStart = new Map<string, string[]>();
  private readonly short: string[] = [];

  /**
   * @param secrets Those of the state; a program for a machine is one, whose lines are no secrets but for what is in them.
   * @param chosen Those that a person gave, however short.
   */
  constructor(secrets: readonly string[], chosen: readonly string[] = []) {
    const all = new Set([...secrets.flatMap(formsOf), ...chosen.flatMap(wholeForms)]);
    for (const form of [...all].sort((one, other) => other.length - one.length)) {
      if (form.length < shortest) continue;
      const start = form.slice(0, shortest);
      this.byStart.set(start, [...(this.byStart.get(start) ?? []), form]);
    }
    this.short = chosen.filter(({ length }) => length >= shortestChosen && length < shortest);
  }

  of(text: string): string {
    let clean = "";
    let from = 0;
    for (let at = 0; at + shortest <= text.length; at++) {
      const form = this.byStart.get(text.slice(at, at + shortest))?.find((form) => text.startsWith(form, at));
      if (form === undefined) continue;
      clean += text.slice(from, at) + stand;
      from = at + form.length;
      at = from - 1;
    }
    clean += text.slice(from);
    for (const word of this.short) clean = clean.replaceAll(word, stand);
    return patterns.reduce((text, [pattern, by]) => text.replace(pattern, by), clean);
  }
}

/** Secrets that no state knows, by their looks. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, stand],
  // The same in base64; certificates begin as keys do.
  [/LS0tLS1CRUdJTi(?!BDRVJU)[A-Za-z0-9+/=]+/g, stand],
  [/\b[a-z0-9]{6}\.[a-z0-9]{16}\b/g, stand],
  [/\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g, stand],
  [
    /((?:client-key-data|token|password|passwd|secret|secretKey|accessKey|aescbc|secretbox)["']?[ \t]*[:=][ \t]*["']?)[^\s"'\\[]{6,}/gi,
    `$1${stand}`,
  ],
  // Who says it in the address of a proxy or a repository.
  [/(:\/\/|\b(?:https?|all)[_-]proxy["']?[ \t]*[:=][ \t]*["']?)[^\s/"'\\]+@/gi, `$1${stand}@`],
  // A variable of a container, in JSON or YAML.
  [
    /(\bname["']?:[ \t]*["']?\w*(?:password|passwd|secret|token|key)\w*["']?,?\s*["']?value["']?:[ \t]*["']?)[^\s"'\\[]+/gi,
    `$1${stand}`,
  ],
];

/** What of a secret may stand somewhere: the whole, or, of one of many lines, those that are keys, and values in a program. */
function formsOf(secret: string): readonly string[] {
  if (!secret.includes("\n")) return isWord(secret) ? [] : wholeForms(secret);
  return [...wholeForms(secret), ...inProgram(secret), ...tokensIn(secret)];
}

/** A single word in plain letters, or a number, says nothing that is worth a hole in every log. */
function isWord(text: string): boolean {
  return text.length < shortest || /^(https?:\/\/)?[\d.:]+$/.test(text);
}

/** As it is, and in base64: in one piece, and in lines as programs break them. */
function wholeForms(secret: string): readonly string[] {
  return [...linesOf(secret.trim()), ...[secret, `${secret}\n`].flatMap((text) => base64Forms(text))];
}

function base64Forms(text: string): readonly string[] {
  const encoded = Buffer.from(text).toString("base64");
  // The last letters depend on what follows.
  return [...linesOf(encoded), encoded.slice(0, Math.max(shortest, encoded.length - 4))];
}

/** A text, and where it is one long word, as programs break it. */
function linesOf(text: string): readonly string[] {
  if (text.length <= 64 || /\s/.test(text)) return [text];
  const lines = [64, 76].flatMap((width) => text.match(new RegExp(`.{1,${width}}`, "g")) ?? []);
  return [text, ...lines.filter(({ length }) => length >= 16)];
}

/** Values that a program keeps from its machine's memory: components/script/compose.ts writes their names beside them. */
function inProgram(program: string): readonly string[] {
  const names = /^readonly -a SECRETS=\((.*)\)$/m.exec(program)?.[1] ?? "";
  return [...names.matchAll(/'([A-Z0-9_]+)'/g)].flatMap(([, name = ""]) => {
    const value = new RegExp(`^readonly (?:-a )?${name}=\\(?'([\\s\\S]*?)'\\)?$`, "m").exec(program)?.[1] ?? "";
    return value.length < shortestChosen ? [] : wholeForms(value);
  });
}

/** Lines of keys, and other texts that nobody would write by hand; what of them is base64 is looked into. */
function tokensIn(text: string): readonly string[] {
  const tokens = [...text.matchAll(/[A-Za-z0-9+/=_-]{24,}/g)].map(([token]) => token).filter(isRandom);
  const inside = tokens.flatMap((token) => {
    const decoded = token.length >= 64 ? Buffer.from(token, "base64").toString("latin1") : "";
    // Whoever encodes a file may do so without its last end of line.
    return /^-----BEGIN/.test(decoded) ? [...wholeForms(decoded.trim()), ...tokensIn(decoded)] : [];
  });
  return [...tokens, ...linesOfKeys(text), ...inside];
}

/** The last line of a key may be short, and have no digit in it. */
function linesOfKeys(text: string): readonly string[] {
  const bodies = [...text.matchAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----\n([\s\S]*?)-----END/g)];
  return bodies.flatMap(([, body = ""]) => body.split("\n").filter(({ length }) => length >= shortest));
}

/** Capitals, small letters and digits, as keys have them and paths do not. */
function isRandom(token: string): boolean {
  return /[A-Z]/.test(token) && /[a-z]/.test(token) && /\d/.test(token) && !/\/[a-z]+\/[a-z]+\//.test(token);
}
