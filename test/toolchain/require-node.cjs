// npm scripts run on the Node of this workspace; `npm ci --omit=optional` leaves it out.
"use strict";
if (Number(process.versions.node.split(".")[0]) < 24) {
  console.error(
    "This project is built and tested on Node 24, this is " +
      process.version +
      ".\n" +
      "It brings its own: run `npm ci` without `--omit=optional`, then use npm scripts.",
  );
  process.exit(1);
}
