import { describe, expect, test } from "vitest";
import { coverArguments, coverText, isSecretName } from "../../../src/plan/secrets.ts";

test.each([
  "POSTGRES_PASSWORD",
  "api-key",
  "auth.token",
  "MYSQL_PWD",
  "SECRET",
  "passphrase",
  "aws_credentials",
  "Authorization",
  "traefik.http.middlewares.x.basicauth.users",
])("%s is the name of a secret", (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(["PORT", "org.opencontainers.image.authors", "AUTHOR_NAME", "com.example.tier"])(
  "%s is no name of a secret",
  (name) => {
    expect(isSecretName(name)).toBe(false);
  },
);

describe("in a text, what is a secret is covered", () => {
  test.each([
    ["http://me:hunter2@proxy:3128", "http://me:***@proxy:3128"],
    ["http://me:hun/ter2@proxy", "http://me:***@proxy"],
    ["http://me:hun@ter2@proxy", "http://me:***@proxy"],
    ["https://hunter2@proxy", "https://***@proxy"],
    ["root:hunter2@tcp(db:3306)/shop", "root:***@tcp(db:3306)/shop"],
    ["--password=hunter2", "--password=***"],
    ["serve --api-key hunter2 --port 80", "serve --api-key *** --port 80"],
    ["POSTGRES_PASSWORD=hunter2 pg_isready", "POSTGRES_PASSWORD=*** pg_isready"],
    ["PGPASSWORD='hunter 2' psql -h db", "PGPASSWORD=*** psql -h db"],
    ['PGPASSWORD="hunter\\" 2" psql', "PGPASSWORD=*** psql"],
    ["type=nfs,username=me,password=hunter2,rw", "type=nfs,username=me,password=***,rw"],
    ['{"user":"me","password":"hunter2","port":80}', '{"user":"me","password":***,"port":80}'],
    ["port = 80\npassword = hunter 2\nname = shop", "port = 80\npassword = ***\nname = shop"],
    ["db:\n  password: hunter 2\n  port: 1", "db:\n  password: ***\n  port: 1"],
    ["curl -H 'Authorization: Bearer hunter2' localhost", "curl -H 'Authorization: ***' localhost"],
    ["curl -H 'X: Bearer hunter2' localhost", "curl -H 'X: Bearer ***' localhost"],
    ["curl -fu me:hunter2 localhost", "curl -fu me:*** localhost"],
    ["curl --user me:hunter2 localhost", "curl --user me:*** localhost"],
    ["mysqladmin ping -uroot -phunter2", "mysqladmin ping -uroot -p***"],
    ["redis-cli -a hunter2 ping", "redis-cli -a *** ping"],
  ])("%s", (text, covered) => {
    expect(coverText(text)).toBe(covered);
  });
});

test.each([
  "sleep infinity",
  "nginx -g 'daemon off;'",
  "registry:5000/shop/web:1.2@sha256:0123",
  "ssh://git@example.com/shop.git",
  "gosu -u 1000:1000 serve",
  "http://localhost:8080/health",
  "mkdir -pv /data",
  "ls -a /",
  "/run/secrets/key",
  "pg_isready -U me -d shop",
])("nothing of %s is covered", (text) => {
  expect(coverText(text)).toBe(text);
});

test("a text too long to be searched is covered whole", () => {
  expect(coverText("KEY".repeat(100_000))).toBe("***");
});

test.each([
  {
    given: ["mysqld", "--password", "hunter 2", "--port", "80"],
    covered: ["mysqld", "--password", "***", "--port", "80"],
  },
  { given: ["--password=hunter 2", "x"], covered: ["--password=***", "x"] },
  { given: ["redis-cli", "-a", "hunter 2", "ping"], covered: ["redis-cli", "-a", "***", "ping"] },
  { given: ["mysqladmin", "-phunter 2"], covered: ["mysqladmin", "-p***"] },
  { given: ["mysql", "--password=hunter 2"], covered: ["mysql", "--password=***"] },
  { given: ["CMD", "mysqladmin", "ping", "-phunter 2"], covered: ["CMD", "mysqladmin", "ping", "-p***"] },
  { given: ["CMD-SHELL", "PGPASSWORD=hunter2 pg_isready"], covered: ["CMD-SHELL", "PGPASSWORD=*** pg_isready"] },
  { given: ["--token", "--verbose"], covered: ["--token", "--verbose"] },
])("among arguments, secrets are covered whole: $given", ({ given, covered }) => {
  expect(coverArguments(given)).toEqual(covered);
});
