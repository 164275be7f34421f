import { didYouMean } from "./did-you-mean.ts";
import { DockerfileError } from "./dockerfile-error.ts";

const types = ["bind", "cache", "tmpfs", "secret", "ssh"] as const;
const sharings = ["shared", "private", "locked"] as const;

/** Fields of a `RUN --mount=`, as they are written; variables in them are not replaced yet. */
export interface MountFlag {
  readonly fields: readonly { readonly key: string; readonly value: string | undefined; readonly written: string }[];
  /** Known before all else: it decides about the order of stages. */
  readonly from: string;
}

/** A mount that a command asks for. */
export interface Mount {
  readonly type: (typeof types)[number];
  readonly from: string;
  readonly source: string;
  readonly target: string;
  readonly isReadOnly: boolean;
  /** 0 for no limit. */
  readonly sizeBytes: number;
  /** Of a cache, a secret or an agent. */
  readonly id: string;
  readonly sharing: (typeof sharings)[number];
  readonly isRequired: boolean;
  /** Of a secret: the variable that holds it. */
  readonly variable: string | undefined;
  readonly mode: number | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

const keys = [
  ..."type from source src target dst destination readonly ro readwrite rw id sharing required size".split(" "),
  ..."mode uid gid env".split(" "),
];

/** Splits `type=cache,target=/x`; a field in double quotes may hold commas. */
export function readMountFlag(text: string): MountFlag {
  const fields = commaSeparated(text).map((written) => {
    const equals = written.indexOf("=");
    const key = (equals < 0 ? written : written.slice(0, equals)).toLowerCase();
    return { key, value: equals < 0 ? undefined : written.slice(equals + 1), written };
  });
  const from = fields.findLast(({ key }) => key === "from")?.value ?? "";
  if (/\$./.test(from)) {
    throw new DockerfileError("'from' doesn't support variable expansion, define alias stage instead");
  }
  return { fields, from };
}

type Draft = { -readonly [Key in keyof Mount]: Mount[Key] } & { isReadOnlyTold: boolean; isSharingTold: boolean };

/** Understands the fields, their variables replaced by `expanded`. Throws a {@link DockerfileError} for what does not fit. */
export function mountOf({ fields, from }: MountFlag, expanded: (word: string) => string): Mount {
  const mount: Draft = {
    type: "bind",
    from,
    source: "",
    target: "",
    isReadOnly: false,
    isReadOnlyTold: false,
    sizeBytes: 0,
    id: "",
    sharing: "shared",
    isSharingTold: false,
    isRequired: false,
    variable: undefined,
    mode: undefined,
    uid: undefined,
    gid: undefined,
  };
  for (const { key, value, written } of fields) {
    setField(mount, { key, value: value === undefined ? undefined : expanded(value), written });
  }
  checkMount(mount);
  const { isReadOnlyTold, isSharingTold: _told, ...told } = mount;
  const isReadOnly = isReadOnlyTold ? told.isReadOnly : told.type !== "cache" && told.type !== "tmpfs";
  return { ...told, isReadOnly };
}

interface Field {
  readonly key: string;
  readonly value: string | undefined;
  readonly written: string;
}

function setField(mount: Draft, field: Field): void {
  const { key, written } = field;
  if (field.value === undefined && !["readonly", "ro", "readwrite", "rw", "required"].includes(key)) {
    throw new DockerfileError(`invalid field '${written}' must be a key=value pair`);
  }
  const value = field.value ?? "true";
  switch (key) {
    case "type":
      mount.type = oneOf(types, value, "unsupported mount type");
      return;
    case "from":
      return;
    case "source":
    case "src":
      mount.source = value;
      return;
    case "target":
    case "dst":
    case "destination":
      mount.target = value;
      return;
    case "readonly":
    case "ro":
      mount.isReadOnly = booleanOf(key, value);
      mount.isReadOnlyTold = true;
      return;
    case "readwrite":
    case "rw":
      mount.isReadOnly = !booleanOf(key, value);
      mount.isReadOnlyTold = true;
      return;
    case "required":
      onlyFor(mount, ["secret", "ssh"], key);
      mount.isRequired = booleanOf(key, value);
      return;
    case "size":
      onlyFor(mount, ["tmpfs"], key);
      mount.sizeBytes = bytesOf(value);
      return;
    case "id":
      mount.id = value;
      return;
    case "sharing":
      mount.sharing = oneOf(sharings, value, "unsupported sharing value");
      mount.isSharingTold = true;
      return;
    case "mode":
      mount.mode = numberOf(key, value, 8);
      return;
    case "uid":
    case "gid":
      mount[key] = numberOf(key, value, 10);
      return;
    case "env":
      mount.variable = value;
      return;
    default:
      throw new DockerfileError(
        `unexpected key '${key}' in '${written}'${didYouMean(key, keys, { isCaseSensitive: true })}`,
      );
  }
}

function checkMount(mount: Draft): void {
  const { type, from, source, target, id } = mount;
  if (type !== "secret" && type !== "ssh" && type !== "cache") {
    for (const key of ["mode", "uid", "gid"] as const) {
      if (mount[key] !== undefined) throw new DockerfileError(`${key} not allowed for "${type}" type mounts`);
    }
  }
  if (type === "secret") {
    if (from !== "") throw new DockerfileError("secret mount should not have a from");
    if (mount.isSharingTold) throw new DockerfileError("secret mount should not define sharing");
    if (source === "" && target === "" && id === "") {
      throw new DockerfileError("invalid secret mount. one of source, target required");
    }
    if (source !== "" && id !== "") throw new DockerfileError("both source and id can't be set");
  }
  if (type === "ssh" && source !== "") throw new DockerfileError("ssh does not support source");
  if (mount.isSharingTold && type !== "cache") {
    throw new DockerfileError(`invalid cache sharing set for ${type} mount`);
  }
}

function onlyFor({ type }: Draft, allowed: readonly string[], key: string): void {
  if (!allowed.includes(type)) throw new DockerfileError(`unexpected key '${key}' for mount type '${type}'`);
}

function oneOf<const Word extends string>(known: readonly Word[], value: string, complaint: string): Word {
  const found = known.find((word) => word === value.toLowerCase());
  if (found !== undefined) return found;
  throw new DockerfileError(`${complaint} "${value}"${didYouMean(value, known, { isCaseSensitive: true })}`);
}

function booleanOf(key: string, value: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(value)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(value)) return false;
  throw new DockerfileError(`invalid value for ${key}: ${value}`);
}

function numberOf(key: string, value: string, base: 8 | 10): number {
  const isNumber = (base === 8 ? /^[0-7]{1,11}$/ : /^\d{1,10}$/).test(value);
  const number = Number.parseInt(value, base);
  if (!isNumber || number > 0xffffffff) throw new DockerfileError(`invalid value ${value} for ${key}`);
  return number;
}

/** `64m`, `1gb`: powers of 1024, as Docker reads sizes of memory. */
function bytesOf(value: string): number {
  const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i.exec(value) ?? [];
  if (number === "") throw new DockerfileError(`invalid value for size: ${value}`);
  return Math.floor(Number(number) * 1024 ** ("kmgtp".indexOf(unit.toLowerCase()) + (unit === "" ? 0 : 1)));
}

/** Fields of one line of CSV. */
function commaSeparated(text: string): string[] {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    const quoted = /"((?:[^"]|"")*)"(?=,|$)/y;
    quoted.lastIndex = at;
    const plain = /[^,]*/y;
    plain.lastIndex = at;
    const [whole = "", inner] = quoted.exec(text) ?? plain.exec(text) ?? [];
    if (inner === undefined && whole.includes('"')) {
      throw new DockerfileError(`failed to parse csv mounts: bare " in ${JSON.stringify(text)}`);
    }
    fields.push(inner === undefined ? whole : inner.replaceAll('""', '"'));
    at += whole.length + 1;
    if (at > text.length) return fields;
  }
}
