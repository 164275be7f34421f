// A program that holds a stack: `node stack-holder.ts FILE OPTIONS`. It prints what it has as a line of JSON, gives it back
// at the end of its input, and prints `released`.
import { once } from "node:events";
import { compose } from "../../src/testing/index.ts";

const [file = "", options = "{}"] = process.argv.slice(2);
{
  await using stack = await compose(file, JSON.parse(options));
  console.log(JSON.stringify({ project: stack.project, env: stack.env }));
  process.stdin.resume();
  await once(process.stdin, "end");
}
console.log("released");
