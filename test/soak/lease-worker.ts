// A worker of the soak: leases the stack again and again, and says each time which one it got.
import { compose } from "../../src/testing/index.ts";

const [file = "", options = "{}", rounds = "1"] = process.argv.slice(2);

for (let round = 0; round < Number(rounds); round++) {
  await using stack = await compose(file, JSON.parse(options));
  const answer = await stack.services["cache"]?.exec(["cat", "/proc/uptime"]);
  if (answer?.exitCode !== 0) throw new Error(`round ${round}: the stack that was leased does not run`);
  console.log(stack.project);
}
