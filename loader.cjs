/**
 * Loaded by Node before the program (`nodeargs` in Pulumi.yaml) and before the command line of `make`: TypeScript is read as it
 * is, by the same loader everywhere, and types are left to `make check`. Record: docs/decisions/0016-one-door.md
 */
const fs = require("node:fs");
const path = require("node:path");

const { mapOf } = require("./typescript.cjs");

// Pulumi's runner has a package of its own say where errors were.
if (/[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run[\\/]/.test(process.argv[1] ?? "")) {
  const ofPulumi = require("node:module").createRequire(require.resolve("@pulumi/pulumi"));
  ofPulumi("source-map-support").install({
    retrieveSourceMap: (file) => {
      const map = mapOf(file);
      return map ? { url: file, map } : null;
    },
  });
}

// What the SDK does for its own developers is half of a large stack's time; PULUMI_DEBUG_PROMISE_LEAKS, its own switch, has
// it all back.
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  // A stack trace is taken for every promise, in case that it is never kept, and another wherever an error is made: one line says where it was.
  const debuggable = require("@pulumi/pulumi/runtime/debuggable");
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (...args) => {
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(...args);
    } finally {
      Error.stackTraceLimit = 1;
    }
  };
  Error.stackTraceLimit = 1;
  // Every step of every resource is told to the engine, its texts in full, at a level that nobody is shown.
  require("@pulumi/pulumi/log").debug = () => Promise.resolve();
}

/** A module is loaded by whoever asks it for something: `exports` is what others have of it until then. */
function loadLater(name, exportsOf) {
  const file = require.resolve(name);
  const real = () => {
    if (require.cache[file] === later) delete require.cache[file];
    return require(file);
  };
  const later = { id: file, filename: file, loaded: true, exports: exportsOf(real) };
  require.cache[file] = later;
}

// What makes texts of functions has a compiler and a package manager with it, half of all that a program loads, and nothing here
// is made so. Others have its functions at once, before they call them.
const functionsOf = (real) =>
  new Proxy(
    {},
    {
      get:
        (_, key) =>
        (...args) =>
          real()[key](...args),
    },
  );
for (const name of ["serializeClosure", "codePaths"]) loadLater(`@pulumi/pulumi/runtime/closure/${name}`, functionsOf);

// The command line alone drives the engine, nobody reads what is wrong with a stack's file in fifty languages, and of all groups of
// Kubernetes' API three are used.
const propertiesOf = (real) => new Proxy({}, { get: (_, key) => key === "__esModule" || real()[key] });
const kubernetes = path.dirname(require.resolve("@pulumi/kubernetes"));
const groups = fs.readdirSync(kubernetes).map((name) => path.join(kubernetes, name, "index.js"));
for (const name of ["@pulumi/pulumi/automation", "zod/v4/locales", ...groups.filter((file) => fs.existsSync(file))]) {
  loadLater(name, propertiesOf);
}
