import { describe, expect, test } from "vitest";
import { durationNs, shownDuration } from "../../../../src/embedded/build/dockerfile/duration.ts";
import { mountOf, readMountFlag } from "../../../../src/embedded/build/dockerfile/mount-flag.ts";
import { modeChange } from "../../../../src/embedded/build/files/mode.ts";
import { Patterns, hasWildcards, ignorePatterns, pathMatcher } from "../../../../src/embedded/build/files/patterns.ts";
import { gitAddress } from "../../../../src/embedded/build/plan/git-address.ts";
import { goHealth, goQuotedList } from "../../../../src/embedded/build/plan/go-text.ts";
import { readPlatform, shownPlatform } from "../../../../src/embedded/build/plan/platform.ts";
import { exposedPorts } from "../../../../src/embedded/build/plan/ports.ts";

describe("modes", () => {
  test.for([
    ["0644", 0o777, 0o644],
    ["4755", 0, 0o4755],
    ["u+x", 0o644, 0o744],
    ["+x", 0o644, 0o755],
    ["go-r", 0o644, 0o600],
    ["u=rwX,go=rX", 0o600, 0o644],
    ["a=r", 0o755, 0o444],
    ["u+s,g+s", 0o755, 0o6755],
    ["+t", 0o755, 0o1755],
    ["g=u", 0o640, 0o660],
    ["o=g", 0o750, 0o755],
  ] as const)("%s", ([text, before, after]) => {
    expect(modeChange(text)(before, false).toString(8)).toBe(after.toString(8));
  });

  test("X lets folders be entered", () => {
    expect(modeChange("a=rX")(0o700, true)).toBe(0o555);
  });

  test.for(["8", "10000", "u+q", "x", "u"])("%s is refused", (text) => {
    expect(() => modeChange(text)).toThrow(/invalid chmod parameter/);
  });
});

describe("patterns", () => {
  test.for([
    ["*.md", "a.md", true],
    ["*.md", "dir/a.md", false],
    ["**/*.md", "a.md", true],
    ["**/*.md", "x/y/a.md", true],
    ["dir", "dir/a", true],
    ["dir/*", "dir/a/b", true],
    ["**", "a/b", true],
    ["a/**", "a/b/c", true],
    ["a/**/c", "a/c", true],
    ["?.txt", "a.txt", true],
    ["?.txt", "ab.txt", false],
    ["[a-c].txt", "b.txt", true],
    ["[^a-c].txt", "b.txt", false],
    ["\\*.txt", "*.txt", true],
    ["\\*.txt", "a.txt", false],
    ["a+b(c).x", "a+b(c).x", true],
    ["./a/../b", "b", true],
  ] as const)("%s and %s: %s", ([pattern, path, wanted]) => {
    expect(new Patterns([pattern]).match(path).isMatch).toBe(wanted);
  });

  test("the last one that matches decides", () => {
    const patterns = new Patterns(["*.md", "!a.md", "a.*"]);
    expect(["a.md", "b.md", "c.txt"].map((path) => patterns.match(path).isMatch)).toEqual([true, true, false]);
  });

  test("lines of an ignore file", () => {
    expect(ignorePatterns("# no\n\n /a/b \n!/c\n./d/\n!\n")).toEqual(["a/b", "!c", "d", "!"]);
  });

  test.for([
    ["*.txt", "a.txt", true],
    ["**.txt", "a/b.txt", false],
    ["*/x", "a/x", true],
    ["[!a]", "!", true],
  ] as const)("of paths: %s and %s: %s", ([pattern, path, wanted]) => {
    expect(pathMatcher(pattern)(path)).toBe(wanted);
  });

  test.for([
    ["a*", true],
    ["a\\*", false],
    ["a\\\\*", true],
    ["[x", true],
    ["plain", false],
  ] as const)("%s has wildcards: %s", ([text, wanted]) => {
    expect(hasWildcards(text)).toBe(wanted);
  });

  test.for(["[a", "!"])("%s is refused", (pattern) => {
    expect(() => new Patterns([pattern])).toThrow(/pattern/);
  });
});

describe("durations", () => {
  test.for([
    ["1m30s", 90e9, "1m30s"],
    ["1.5h", 5400e9, "1h30m0s"],
    ["500ms", 5e8, "500ms"],
    ["2us", 2000, "2µs"],
    ["0", 0, "0s"],
  ] as const)("%s", ([text, nanoseconds, shown]) => {
    expect(durationNs(text)).toBe(nanoseconds);
    expect(shownDuration(nanoseconds)).toBe(shown);
  });
});

describe("mounts", () => {
  const mount = (text: string): object => mountOf(readMountFlag(text), (word) => word.replace("$X", "x"));

  test.for([
    ["target=/a", { type: "bind", target: "/a", isReadOnly: true }],
    ["type=bind,rw,target=/a", { isReadOnly: false }],
    ["type=cache,target=/$X,sharing=locked,mode=0700", { type: "cache", target: "/x", sharing: "locked", mode: 0o700 }],
    ["type=tmpfs,target=/a,size=1m", { sizeBytes: 1_048_576, isReadOnly: false }],
    ['type=secret,id=a,"target=/b,c"', { id: "a", target: "/b,c" }],
    ["type=secret,id=a,required", { isRequired: true }],
  ] as const)("%s", ([text, wanted]) => {
    expect(mount(text)).toMatchObject(wanted);
  });

  test.for([
    ["type=bimd,target=/a", 'unsupported mount type "bimd" (did you mean bind?)'],
    ["tarpet=/a", "unexpected key 'tarpet' in 'tarpet=/a' (did you mean target?)"],
    ["target", "invalid field 'target' must be a key=value pair"],
    ["type=bind,mode=7,target=/a", 'mode not allowed for "bind" type mounts'],
    ["type=secret", "invalid secret mount. one of source, target required"],
    ["sharing=locked,target=/a", "invalid cache sharing set for bind mount"],
    ["type=cache,size=1m", "unexpected key 'size' for mount type 'cache'"],
  ] as const)("%s is refused: %s", ([text, complaint]) => {
    expect(() => mount(text)).toThrow(complaint);
  });
});

describe("small texts", () => {
  test.for([
    ["80", ["80/tcp"]],
    ["80-82/UDP", ["80/udp", "81/udp", "82/udp"]],
    ["1.2.3.4:8080:80", ["80/tcp"]],
  ] as const)("ports %s", ([text, wanted]) => {
    expect(exposedPorts(text)).toEqual(wanted);
  });

  test.for(["x", "80/xyz", "70000", "82-80", ""])("port %j is refused", (text) => {
    expect(() => exposedPorts(text)).toThrow(/invalid/);
  });

  test.for([
    ["linux/amd64", "linux/amd64"],
    ["arm64", "linux/arm64"],
    ["linux/arm64/v8", "linux/arm64"],
    ["linux/aarch64", "linux/arm64"],
    ["linux/arm", "linux/arm/v7"],
    ["linux/arm/v6", "linux/arm/v6"],
  ] as const)("platform %s is %s", ([text, wanted]) => {
    expect(shownPlatform(readPlatform(text))).toBe(wanted);
  });

  test.for([
    ["https://host/a/b.git#main:sub", { remote: "https://host/a/b.git", ref: "main", folder: "sub" }],
    ["git@host:a/b", { remote: "git@host:a/b", ref: "", folder: "" }],
    ["git://host/a", { remote: "git://host/a", ref: "", folder: "" }],
    ["https://host/a.tar", undefined],
    ["dir/a.git", undefined],
  ] as const)("git address %s", ([text, wanted]) => {
    expect(gitAddress(text)).toEqual(wanted);
  });

  test("quotes as Go does", () => {
    expect(goQuotedList(["a", 'b"c', "tab\t", "é", "\u0001"])).toBe('["a" "b\\"c" "tab\\t" "é" "\\x01"]');
  });

  test("a health check in a history", () => {
    const health = { Test: ["CMD", "x"], Interval: 5e9, Timeout: 0, StartPeriod: 0, StartInterval: 0, Retries: 10 };
    expect(goHealth(health)).toBe(`&{["CMD" "x"] "5s" "0s" "0s" "0s" '\\n'}`);
  });
});
