/** Lets Node read TypeScript as it is: loaded before the program, the command line of `make`, and the stand-ins of toolchain/providers. */
const Module = require("node:module");

const plain = Module._extensions[".js"];
require("tsx/cjs");
const ours = Module._extensions[".js"];

// Packages come as JavaScript: to look through them for anything newer, and for the sources that they were made of, takes as
// long as to load them.
Module._extensions[".js"] = (module, file) => {
  if (!file.includes("/node_modules/")) return ours(module, file);
  process.setSourceMapsEnabled(false);
  try {
    plain(module, file);
  } finally {
    process.setSourceMapsEnabled(true);
  }
};
