/** A repository and what of it is meant. */
export interface GitReference {
  readonly url: string;
  /** Branch, tag or commit; `HEAD` where none is named. */
  readonly ref: string;
  /** Below its root; empty for all of it. */
  readonly folder: string;
}

/**
 * Takes a git reference apart, as BuildKit reads contexts: `https://host/a.git#v1:folder`, `git@host:a.git`,
 * `github.com/acme/web`. Undefined for anything else.
 */
export function parseGitReference(text: string): GitReference | undefined {
  const [address = "", fragment = ""] = text.split("#");
  const isGit = /^(git|ssh):\/\/|^git@[^:]+:|^github\.com\//.test(address) || /^https?:\/\/.+\.git$/.test(address);
  if (!isGit) return undefined;
  const url = address.startsWith("github.com/") ? `https://${address}` : address;
  const [ref = "", ...folder] = fragment.split(":");
  return { url, ref: ref || "HEAD", folder: folder.join(":") };
}

/** Whether it can never mean something else. */
export function isCommit(ref: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(ref);
}

/** The commit that `git ls-remote` tells for a name: a branch before a tag, and what a tag stands for before the tag. */
export function commitOf(lines: readonly string[], ref: string): string | undefined {
  const found = new Map(
    lines.map((line) => {
      const [commit = "", name = ""] = line.split("\t");
      return [name, commit];
    }),
  );
  const names = [ref, `refs/heads/${ref}`, `refs/tags/${ref}^{}`, `refs/tags/${ref}`];
  return names.map((name) => found.get(name)).find((commit) => commit !== undefined);
}
