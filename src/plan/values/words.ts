import { isIP, isIPv4, isIPv6 } from "node:net";
import { like, type Rule } from "./rule.ts";

/** `no`, `on-failure:3`: how engines restart containers. */
export const restartPolicy: Rule<string> = like(
  /^(?:(?:no|always|unless-stopped)(?::0)?|on-failure(?::\d+)?)$/,
  "no, always, unless-stopped, on-failure or on-failure:COUNT",
);

/** `deploy.restart_policy.condition`, in the words of a cluster, or in those of `restart`. */
export const restartCondition: Rule<string> = like(
  /^(?:none|any|no|always|unless-stopped|on-failure)$/,
  "none, on-failure or any",
);

const signals = new Set(
  (
    "ABRT ALRM BUS CHLD CLD CONT FPE HUP ILL INT IO IOT KILL PIPE POLL PROF PWR QUIT SEGV STKFLT STOP SYS TERM TRAP " +
    "TSTP TTIN TTOU URG USR1 USR2 VTALRM WINCH XCPU XFSZ RTMIN RTMAX"
  ).split(" "),
);

/** `SIGTERM`, `term`, `15`, `SIGRTMIN+3`. */
export const signal: Rule<string> = {
  expected: "a signal",
  holds: (text) => {
    if (/^[+-]?\d+$/.test(text)) return Number(text) !== 0;
    const name = text.toUpperCase().replace(/^SIG/, "");
    return signals.has(name) || /^(?:RTMIN\+(?:[1-9]|1[0-5])|RTMAX-(?:[1-9]|1[0-4]))$/.test(name);
  },
  hint: "write for example SIGTERM",
};

/** Engines know a container by its name, with or without a slash in front. */
export const containerName: Rule<string> = like(
  /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
  'two or more letters, digits, "_", "." or "-", the first a letter or digit',
);

/** Names of volumes that the engine keeps itself. */
export const volumeName: Rule<string> = like(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/,
  'two or more letters, digits, "_", "." or "-", the first a letter or digit',
);

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const registry = String.raw`(?:${label}(?:\.${label})*|\[[a-fA-F0-9:]+\])(?::\d+)?`;
const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const digest = "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
const reference = new RegExp(String.raw`^(?:${registry}/)?${part}(?:/${part})*(?::\w[\w.-]{0,127})?(?:@${digest})?$`);

/** `[REGISTRY/]NAME[:TAG][@DIGEST]`, by the grammar of the distribution project. */
export const imageReference: Rule<string> = {
  // A name is short; a long text must not keep the pattern busy.
  ...like(reference, "[REGISTRY/]NAME[:TAG][@DIGEST]"),
  holds: (text) => text.length <= 1024 && reference.test(text),
  hint: 'write the name in lower case and without spaces, for example "nginx:1.27"',
};

const systems = "aix android darwin dragonfly freebsd illumos ios js linux netbsd openbsd plan9 solaris wasip1 windows";
const processors =
  "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 " +
  "ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm aarch64 x86_64 x86-64 i386 armhf armel macos";
const lonePlatforms = new Set(`${systems} ${processors}`.split(" "));

/** `linux/arm64`, `linux/arm/v7`, `amd64`. */
export const platform: Rule<string> = {
  expected: "OS/ARCHITECTURE[/VARIANT]",
  holds: (text) => {
    const parts = text.split("/");
    if (parts.length === 1) return lonePlatforms.has(text.toLowerCase());
    return parts.length <= 3 && parts.every((each) => /^[\w.-]+(?:\([\w.-]*\))?$/.test(each));
  },
  hint: 'write for example "linux/amd64"',
};

/** The longest name that Linux gives a host. */
export const hostName: Rule<string> = {
  expected: "at most 64 characters",
  holds: (text) => Buffer.byteLength(text) <= 64,
};

const octets = (separator: string, width: number): string =>
  [6, 8, 20]
    .map((count) => `[0-9a-f]{${width}}(?:${separator}[0-9a-f]{${width}}){${(count * 2) / width - 1}}`)
    .join("|");

/** `02:42:ac:11:00:02`, also with dashes, or dots after each four digits. */
export const macAddress: Rule<string> = {
  ...like(new RegExp(`^(?:${[octets(":", 2), octets("-", 2), octets("\\.", 4)].join("|")})$`, "i"), "a MAC address"),
  hint: 'write for example "02:42:ac:11:00:02"',
};

export const ipAddress: Rule<string> = { expected: "an IP address", holds: (text) => isIP(text) !== 0 };
export const ipv4Address: Rule<string> = { expected: "an IPv4 address", holds: isIPv4 };
export const ipv6Address: Rule<string> = { expected: "an IPv6 address", holds: isIPv6 };

/** Where a name leads to. */
export const hostAddress: Rule<string> = {
  expected: "an IP address or host-gateway",
  holds: (text) => text === "host-gateway" || isIP(text.replace(/^\[(.*)\]$/, "$1")) !== 0,
};

/** `10.1.0.0/16`, `fd00::/64`. */
export const subnet: Rule<string> = {
  expected: "a subnet",
  holds: (text) => {
    const [, address = "", bits = ""] = /^(.*)\/(\d{1,3})$/.exec(text) ?? [];
    return isIP(address) !== 0 && Number(bits) <= (isIPv4(address) ? 32 : 128);
  },
  hint: 'write for example "10.1.0.0/16"',
};

const capabilities = new Set(
  (
    "ALL AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH " +
    "FOWNER FSETID IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN " +
    "NET_BIND_SERVICE NET_BROADCAST NET_RAW PERFMON SETFCAP SETGID SETPCAP SETUID SYSLOG SYS_ADMIN SYS_BOOT SYS_CHROOT " +
    "SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" "),
);

/** `NET_ADMIN`, `CAP_NET_ADMIN`, `ALL`; see capabilities(7). */
export const capability: Rule<string> = {
  expected: "a capability",
  holds: (text) => capabilities.has(text.toUpperCase().replace(/^CAP_/, "")),
  hint: "write for example NET_ADMIN",
};

/** Names of limits; see getrlimit(2). */
export const limitName: Rule<string> = like(
  /^(?:as|core|cpu|data|fsize|locks|memlock|msgqueue|nice|nofile|nproc|rss|rtprio|rttime|sigpending|stack)$/i,
  "the name of a limit, such as nofile or nproc",
);

/** What engines ask of security options before they look at what is in them. */
export const securityOption: Rule<string> = like(
  /[=:]|^(?:no-new-privileges|disable|writable-cgroups)$/,
  "NAME=VALUE or no-new-privileges",
);

/** `c 1:3 rwm`. */
export const deviceRule: Rule<string> = {
  ...like(/^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/, "TYPE MAJOR:MINOR ACCESS"),
  hint: 'write for example "c 1:3 rwm"',
};

/** `0-3,5`. */
export const processorList: Rule<string> = like(/^[\d\s,-]+$/, 'numbers of processors, such as "0-3,5"');

/** A path in a container, of whatever system. */
export const absolutePath: Rule<string> = like(/^(?:\/|[A-Za-z]:|\\\\)/, "an absolute path");

/** Where something is mounted: anywhere but over everything. */
export const mountTarget: Rule<string> = {
  expected: "an absolute path other than /",
  holds: (text) => absolutePath.holds(text) && !/^\/+$/.test(text),
};

/** A path below where it starts. */
export const innerPath: Rule<string> = {
  expected: "a relative path that stays inside",
  holds: (text) => !text.startsWith("/") && !text.split("/").includes(".."),
};

/** `8080`, `8080-8090`. */
export const publishedPort: Rule<string> = {
  expected: "a port, or a range of ports, from 0 to 65535",
  holds: (text) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    return first !== undefined && Number(first) <= Number(last) && Number(last) <= 65_535;
  },
};

/** `80`, `80-90/udp`. */
export const exposedPort: Rule<string> = {
  expected: "PORT or FIRST-LAST, with /tcp, /udp or /sctp if need be",
  holds: (text) => publishedPort.holds(text.replace(/\/(?:tcp|udp|sctp)$/i, "")),
};
