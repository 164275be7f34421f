/** What stands in the place of a secret wherever people may look: terminals, logs, causes, events. */
export const covered = "***";

/** Names whose values are nobody's business. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/**
 * A text with what looks like a secret covered: passwords in addresses, values that are assigned to the name of a
 * secret, and what well-known clients take for a password. What only its user knows to be secret cannot be told.
 */
export function coverText(text: string): string {
  if (text.length > searchedLength) return covered;
  return rules.reduce((left, [pattern, replacement]) => left.replaceAll(pattern, replacement), text);
}

/** The same for a command, where an argument is a secret as a whole, spaces and all. */
export function coverArguments(list: readonly string[]): string[] {
  const program = list.find((argument) => argument !== "CMD") ?? "";
  return list.map((argument, index) => {
    if (isSecretFlag(list[index - 1], program) && !argument.startsWith("-")) return covered;
    const flag = (mysqlClient.test(program) ? mysqlFlag : secretFlagWithValue).exec(argument)?.[1];
    return flag === undefined ? coverText(argument) : `${flag}${covered}`;
  });
}

/** Longer texts are covered whole: a search must end soon whatever a file holds. */
const searchedLength = 10_000;

const secretWord = String.raw`(?:PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL|AUTH(?!OR(?!I)))`;
const secretName = new RegExp(secretWord, "i");
const name = String.raw`[\w.-]*${secretWord}[\w.-]*`;
const quoted = String.raw`"(?:\\.|[^"\\])*"|'[^']*'`;
const secretFlagWithValue = new RegExp(`^(--?${name}=).`, "is");
const secretFlag = new RegExp(`^--?${name}$`, "i");
const mysqlFlag = new RegExp(`^(-p|--?${name}=).`, "is");
const mysqlClient = /^(?:.*\/)?(?:mysql|mariadb)[\w-]*$/;
const redisClient = /^(?:.*\/)?(?:redis|valkey|keydb)-cli$/;

/** Where secrets usually stand, with what is left of them. Each pattern keeps what comes before the secret. */
const rules: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // scheme://user:password@host; to the last @, since few people encode one in a password.
  [/(:\/\/[^\s:/@]*:)\S+@/g, `$1${covered}@`],
  // scheme://token@host; over ssh it is the name of a user.
  [/(?<!ssh)(:\/\/)[^\s:/@]+@/g, `$1${covered}@`],
  // user:password@tcp(host); a digest follows a tag in the same way.
  [/(?<![^\s="'])([\w.-]+:)[^\s@/]+@(?!sha256:)/g, `$1${covered}@`],
  // "password": "…"
  [new RegExp(`(["']${name}["']\\s*[:=]\\s*)(?:${quoted}|[^\\s,}]+)`, "gi"), `$1${covered}`],
  // password = …, password: … on lines of their own
  [new RegExp(`^([ \\t]*${name}(?:[ \\t]+[:=]|[:=](?=[ \\t]))[ \\t]*)\\S.*$`, "gim"), `$1${covered}`],
  // Authorization: Bearer …
  [/(\bAuthorization:\s*)[^"'\n]+/gi, `$1${covered}`],
  [/(\bBearer\s+)[^\s"']+/gi, `$1${covered}`],
  // PASSWORD=…, --password=…, password=… in a list of options
  [new RegExp(`((?<![\\w.-])${name}=)(?:${quoted}|[^\\s,"']+)`, "gi"), `$1${covered}`],
  // --password …
  [new RegExp(`((?<![\\w.-])--?${name}\\s+)(?!-)(?:${quoted}|\\S+)`, "gi"), `$1${covered}`],
  // curl -u user:password; numbers are ids of a user and a group.
  [/(\s(?:-\w*u|--user)[ =]?[^\s:]+:)(?!\d+(?:\s|$))[^\s"']+/g, `$1${covered}`],
  [/(\b(?:mysql|mariadb)[\w-]*\b[^|;&\n]*?\s-p)(?=\S)(?:"[^"]*"|'[^']*'|\S+)/g, `$1${covered}`],
  [/(\b(?:redis|valkey|keydb)-cli\b[^|;&\n]*?\s-a\s+)(?:"[^"]*"|'[^']*'|\S+)/g, `$1${covered}`],
];

function isSecretFlag(argument: string | undefined, program: string): boolean {
  if (argument === undefined) return false;
  return secretFlag.test(argument) || (argument === "-a" && redisClient.test(program));
}
