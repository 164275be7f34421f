/**
 * What a low-level runtime complains about, without its marks: crun writes `2026-01-01T00:00:00.1Z: text`, runc
 * `time="…" level=error msg="runc run failed: text"`. Several lines become one.
 */
export function complaintOf(log: string): string {
  return log
    .trim()
    .split("\n")
    .map((line) => messageOf(line.replace(/^\S+Z: /, "")))
    .map((line) =>
      line.replace(/^(?:runc run failed|exec failed): /, "").replace(/^unable to start container process: /, ""),
    )
    .filter((line) => line !== "")
    .join("; ");
}

/** Go quotes messages as JSON does. */
function messageOf(line: string): string {
  const quoted = /^time=.* msg=(".*")$/.exec(line)?.[1];
  return quoted === undefined ? line : (JSON.parse(quoted) as string);
}
