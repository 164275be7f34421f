/** What the URL of a service is made of. */
export interface UrlSource {
  readonly image: string;
  /** Words of the command, where the file has one. */
  readonly command: readonly string[];
  /** Variables of the container, also those that it reads from files. */
  readonly variables: Readonly<Record<string, string>>;
}

/** A published port: where it is reached from here. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

/** A program that speaks a protocol whose URLs have a form of their own. */
interface Kind {
  /** Last part of the image's name. */
  readonly image: RegExp;
  /** Port in the container. */
  readonly port: number;
  readonly url: (source: UrlSource) => Parts;
}

interface Parts {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  readonly path?: string;
  readonly query?: string;
}

// Variables are those of the official images and of Bitnami's.
const kinds: readonly Kind[] = [
  { image: /^(postgres|postgresql|postgis|pgvector|timescaledb)/, port: 5432, url: postgresql },
  { image: /^(mysql|mariadb|percona)/, port: 3306, url: mysql },
  { image: /^(redis|valkey|keydb)/, port: 6379, url: redis },
  { image: /^mongo/, port: 27017, url: mongodb },
  { image: /^rabbitmq/, port: 5672, url: rabbitmq },
];

/** The port that a service's URL leads to when nobody says which: that of its protocol, else the lowest there is. */
export function mainPort(source: Pick<UrlSource, "image">, ports: readonly number[]): number | undefined {
  const own = kindOf(source, ports)?.port;
  return own !== undefined && ports.includes(own) ? own : ports.toSorted((a, b) => a - b)[0];
}

/** The URL of a port of a service, with the user and the database that the service was made with; else one of HTTP. */
export function connectionUrl(source: UrlSource, target: number, place: Place): string {
  const kind = kindOf(source, [target]);
  const parts =
    kind?.port === target ? kind.url(source) : { scheme: String(target).endsWith("443") ? "https" : "http" };
  return format(parts, place);
}

/** The image tells what a service is, or the one port that only such services have. */
function kindOf({ image }: Pick<UrlSource, "image">, ports: readonly number[]): Kind | undefined {
  const name = /([^/]*)$/.exec(image.replace(/[:@][^/]*$/, ""))?.[1] ?? "";
  return kinds.find((kind) => kind.image.test(name)) ?? kinds.find(({ port }) => ports.includes(port));
}

function postgresql({ variables }: UrlSource): Parts {
  const user = first(variables, ["POSTGRES_USER", "POSTGRESQL_USERNAME"]) ?? "postgres";
  const password = first(variables, ["POSTGRES_PASSWORD", "POSTGRESQL_PASSWORD"]);
  const path = first(variables, ["POSTGRES_DB", "POSTGRESQL_DATABASE"]) ?? user;
  return { scheme: "postgresql", user, path, ...(password === undefined ? {} : { password }) };
}

function mysql({ variables }: UrlSource): Parts {
  const of = (name: string): string | undefined => first(variables, [`MYSQL_${name}`, `MARIADB_${name}`]);
  const user = of("USER") ?? "root";
  const password = of(user === "root" ? "ROOT_PASSWORD" : "PASSWORD");
  return { scheme: "mysql", user, path: of("DATABASE") ?? "", ...(password === undefined ? {} : { password }) };
}

function redis({ variables, command }: UrlSource): Parts {
  const at = command.indexOf("--requirepass");
  const password = at === -1 ? first(variables, ["REDIS_PASSWORD", "VALKEY_PASSWORD"]) : command[at + 1];
  return { scheme: "redis", ...(password === undefined ? {} : { user: "", password }) };
}

function mongodb({ variables }: UrlSource): Parts {
  const user = first(variables, ["MONGO_INITDB_ROOT_USERNAME", "MONGODB_ROOT_USER"]);
  const password = first(variables, ["MONGO_INITDB_ROOT_PASSWORD", "MONGODB_ROOT_PASSWORD"]);
  const path = first(variables, ["MONGO_INITDB_DATABASE", "MONGODB_DATABASE"]) ?? "";
  if (user === undefined || password === undefined) return { scheme: "mongodb", path };
  return { scheme: "mongodb", user, password, path, query: "authSource=admin" };
}

function rabbitmq({ variables }: UrlSource): Parts {
  const user = first(variables, ["RABBITMQ_DEFAULT_USER"]) ?? "guest";
  const password = first(variables, ["RABBITMQ_DEFAULT_PASS"]) ?? "guest";
  const host = first(variables, ["RABBITMQ_DEFAULT_VHOST"]);
  return { scheme: "amqp", user, password, ...(host === undefined || host === "/" ? {} : { path: host }) };
}

function first(variables: UrlSource["variables"], names: readonly string[]): string | undefined {
  return names.map((name) => variables[name]).find((value) => value !== undefined && value !== "");
}

function format({ scheme, user, password, path, query }: Parts, { host, port }: Place): string {
  const secret = password === undefined ? "" : `:${encodeURIComponent(password)}`;
  const login = user === undefined ? "" : `${encodeURIComponent(user)}${secret}@`;
  const address = host.includes(":") ? `[${host}]` : host;
  const end = query === undefined ? "" : `?${query}`;
  const place = path === undefined ? "" : `/${encodeURIComponent(path)}`;
  return `${scheme}://${login}${address}:${port}${place}${end}`;
}
