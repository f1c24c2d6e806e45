/**
 * Loaded by Node before the program (`nodeargs` in Pulumi.yaml) and before the command line of `make`: TypeScript is read as it
 * is, by the same loader everywhere, and types are left to `make check`. Record: docs/decisions/0016-one-door.md
 */
require("./typescript.cjs");

// What the SDK does for its own developers is half of a large stack's time; PULUMI_DEBUG_PROMISE_LEAKS, its own switch, has
// it all back.
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
  // A stack trace is taken for every promise, and mapped to the sources; one line says where an error was.
  Error.stackTraceLimit = 1;
  // Every step of every resource is told to the engine, its texts in full, at a level that nobody is shown.
  require("@pulumi/pulumi/log").debug = () => Promise.resolve();
}

// What makes texts of functions has a compiler and a package manager with it, half of all that a program loads, and nothing here
// is made so: it is loaded by whoever calls it.
for (const name of ["serializeClosure", "codePaths"]) {
  const file = require.resolve(`@pulumi/pulumi/runtime/closure/${name}`);
  const real = () => {
    if (require.cache[file] === later) delete require.cache[file];
    return require(file);
  };
  const exports = new Proxy(
    {},
    {
      get:
        (_, key) =>
        (...args) =>
          real()[key](...args),
    },
  );
  const later = { id: file, filename: file, loaded: true, exports };
  require.cache[file] = later;
}
