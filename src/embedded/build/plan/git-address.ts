/** A git repository as `ADD` names it: `https://host/repo.git#ref:folder`. */
export interface GitAddress {
  readonly remote: string;
  /** A branch, a tag or a commit; empty for the repository's own choice. */
  readonly ref: string;
  /** Below the repository's root; empty for all of it. */
  readonly folder: string;
}

/** Reads a git address; `undefined` for what is none. */
export function gitAddress(text: string): GitAddress | undefined {
  const hash = text.indexOf("#");
  const remote = hash < 0 ? text : text.slice(0, hash);
  if (!isRemote(remote)) return undefined;
  const fragment = hash < 0 ? "" : text.slice(hash + 1);
  const colon = fragment.indexOf(":");
  return {
    remote,
    ref: colon < 0 ? fragment : fragment.slice(0, colon),
    folder: colon < 0 ? "" : fragment.slice(colon + 1),
  };
}

function isRemote(text: string): boolean {
  if (/^(?:git|ssh):\/\/./.test(text)) return true;
  if (/^[a-zA-Z0-9_-]+@[a-zA-Z0-9.-]+:.+/.test(text)) return true;
  return /^https?:\/\/.+\.git$/.test(text);
}
