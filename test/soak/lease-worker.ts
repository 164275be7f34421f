// A worker of the soak: `lease` on its input makes it lease the stack and say which one it got; `release` gives it back.
import { createInterface } from "node:readline";
import { compose } from "tscompose/testing";

const [file = "", options = "{}"] = process.argv.slice(2);
let stack: Awaited<ReturnType<typeof compose>> | undefined;

for await (const wish of createInterface({ input: process.stdin })) {
  if (wish === "lease") {
    stack = await compose(file, JSON.parse(options));
    const answer = await stack.services["cache"]?.exec(["true"]);
    if (answer?.exitCode !== 0) throw new Error("the stack that was leased does not run");
    console.log(stack.project);
  } else {
    await stack?.[Symbol.asyncDispose]();
    console.log("released");
  }
}
