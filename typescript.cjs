/**
 * Lets Node read TypeScript as it is: loaded before the program, the command line of `make`, and the stand-ins of toolchain/providers. Types
 * are taken out by esbuild, once for each text, and what comes of it is kept in one file, for to look for each in a file of its own takes
 * longer than to run them. Record: docs/decisions/0037-what-a-run-loads.md
 */
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const { homedir } = require("node:os");
const path = require("node:path");

/** Beside the packages of this checkout, or in the home of whoever may not write there. */
const places = [
  path.join(__dirname, "node_modules", ".cache", "keelson"),
  path.join(homedir(), ".cache", "keelson", "typescript"),
];
const nameOfKept = "typescript-1.json";

/** By the path of each file: a digest of its text, and the JavaScript that was made of it. */
let kept;
/** What this process made. */
let made = {};
/** Digests of what runs. */
const digests = new Map();

function read(place) {
  try {
    return JSON.parse(fs.readFileSync(path.join(place, nameOfKept), "utf8"));
  } catch {
    // There is none, or not a whole one.
    return {};
  }
}

/** The kept file goes into its place whole; where nobody may write, each run begins anew. */
function keep() {
  if (!places.some(keepIn)) return;
  made = {};
}

function keepIn(place) {
  const partial = path.join(place, `.${nameOfKept}.${process.pid}`);
  try {
    fs.mkdirSync(place, { recursive: true, mode: 0o700 });
    fs.writeFileSync(partial, JSON.stringify({ ...read(place), ...made }), { mode: 0o600 });
    fs.renameSync(partial, path.join(place, nameOfKept));
    return true;
  } catch {
    return false;
  }
}

const digestOf = (text) => createHash("sha256").update(text).digest("hex");

function transformed(text, file, more) {
  return require("esbuild").transformSync(text, {
    ...{ loader: "ts", format: "cjs", platform: "node", target: "node20", sourcefile: file, ...more },
    tsconfigRaw: { compilerOptions: { target: "ES2022" } },
  });
}

function javaScriptOf(text, file) {
  const digest = digestOf(text);
  digests.set(file, digest);
  kept ??= places.map(read).reduceRight((last, first) => ({ ...last, ...first }));
  if (kept[file]?.digest === digest) return kept[file].code;
  if (Object.keys(made).length === 0) setImmediate(keep);
  const { code } = transformed(text, file);
  made[file] = { digest, code };
  return code;
}

Module._extensions[".ts"] = (module, file) =>
  module._compile(javaScriptOf(fs.readFileSync(file, "utf8"), file), file, "commonjs");

const maps = new Map();

/** Where a line of what runs is written, for traces: made when somebody asks, for nobody does while all goes well. */
function mapOf(file) {
  if (!digests.has(file)) return undefined;
  if (!maps.has(file)) {
    const text = fs.readFileSync(file, "utf8");
    const isSame = digestOf(text) === digests.get(file);
    maps.set(file, isSame ? JSON.parse(transformed(text, file, { sourcemap: "external" }).map) : undefined);
  }
  return maps.get(file);
}

function written(frame) {
  const [said, file, line, column] = [`${frame}`, frame.getFileName(), frame.getLineNumber(), frame.getColumnNumber()];
  const map = file && mapOf(file);
  if (!map) return said;
  const { originalLine, originalColumn } = new Module.SourceMap(map).findEntry(line - 1, column - 1);
  if (originalLine === undefined) return said;
  return said.replace(`${file}:${line}:${column}`, `${file}:${originalLine + 1}:${originalColumn + 1}`);
}

Error.prepareStackTrace = (error, frames) => {
  try {
    return [Error.prototype.toString.call(error), ...frames.map((frame) => `    at ${written(frame)}`)].join("\n");
  } catch {
    return [`${error?.name}: ${error?.message}`, ...frames.map((frame) => `    at ${frame}`)].join("\n");
  }
};

module.exports = { mapOf };
