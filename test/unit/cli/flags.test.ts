import { describe, expect, test } from "vitest";
import { commands, declareRoot } from "../../../src/cli/program.ts";
import { GoFlagCommand } from "../../../src/cli/go-flags.ts";

/** What `docker compose COMMAND --help` of Docker Compose 2.40 lists, and what 5.5 has beyond that; all have --dry-run. */
const flagsOf: Readonly<Record<string, string>> = {
  attach: "--detach-keys --index --no-stdin --sig-proxy",
  build:
    "--build-arg --builder --check -m/--memory --no-cache --print --progress --provenance --pull --push -q/--quiet --sbom --ssh --with-dependencies",
  commit: "-a/--author -c/--change --index -m/--message -p/--pause",
  config:
    "--environment --format --hash --images --lock-image-digests --models --networks --no-consistency --no-env-resolution --no-interpolate --no-normalize --no-path-resolution -o/--output --profiles -q/--quiet --resolve-image-digests --services --variables --volumes",
  cp: "--all -a/--archive -L/--follow-link --index",
  create: "--build --force-recreate --no-build --no-recreate --pull --quiet-pull --remove-orphans --scale -y/--yes",
  down: "--remove-orphans --rmi -t/--timeout -v/--volumes",
  events: "--json --since --until",
  exec: "-d/--detach -e/--env --index -T/--no-tty --privileged -u/--user -w/--workdir",
  export: "--index -o/--output",
  images: "--format -q/--quiet",
  kill: "--remove-orphans -s/--signal",
  logs: "-f/--follow --index --no-color --no-log-prefix --since -n/--tail -t/--timestamps --until",
  ls: "-a/--all --filter --format -q/--quiet",
  pause: "",
  port: "--index --protocol",
  ps: "-a/--all --filter --format --no-trunc --orphans -q/--quiet --services --status",
  publish: "--app --oci-version --resolve-image-digests --with-env -y/--yes",
  pull: "--ignore-buildable --ignore-pull-failures --include-deps --policy -q/--quiet",
  push: "--ignore-push-failures --include-deps -q/--quiet",
  restart: "--no-deps -t/--timeout",
  rm: "-f/--force -s/--stop -v/--volumes",
  run: "--build --cap-add --cap-drop -d/--detach --entrypoint -e/--env --env-from-file -i/--interactive -l/--label --name -T/--no-tty --no-TTY --no-deps -p/--publish --pull -q/--quiet --quiet-build --quiet-pull --remove-orphans --rm -P/--service-ports --use-aliases -u/--user -v/--volume -w/--workdir",
  scale: "--no-deps",
  start: "--wait --wait-timeout",
  stats: "-a/--all --format --no-stream --no-trunc",
  stop: "-t/--timeout",
  top: "",
  unpause: "",
  up: "--abort-on-container-exit --abort-on-container-failure --always-recreate-deps --attach --attach-dependencies --build -d/--detach --exit-code-from --force-recreate --menu --no-attach --no-build --no-color --no-deps --no-log-prefix --no-recreate --no-start --pull --quiet-build --quiet-pull --remove-orphans -V/--renew-anon-volumes --scale -t/--timeout --timestamps --wait --wait-timeout -w/--watch -y/--yes",
  version: "-f/--format --short",
  volumes: "--format -q/--quiet",
  wait: "--down-project",
  watch: "--no-up --prune --quiet",
  "alpha viz": "--image --indentation-size --networks --ports --spaces",
  "alpha generate": "--format --name --project-dir",
  "alpha publish": "--app --oci-version --resolve-image-digests --with-env -y/--yes",
};

const rootFlags =
  "--all-resources --ansi --compatibility --dry-run --env-file -f/--file --parallel --profile --progress --project-directory -p/--project-name";

/** Flags as `-q/--quiet`, hidden ones too. */
function declared({ options }: GoFlagCommand): readonly string[] {
  return options.map(({ short, long }) => [short, long].filter((name) => name !== undefined).join("/"));
}

describe("what one can type to docker compose one can type here", () => {
  test("before the command", () => {
    const root = declareRoot({ write: () => {}, columns: 80 }) as GoFlagCommand;
    expect(declared(root)).toEqual(expect.arrayContaining(rootFlags.split(" ")));
  });

  test.each(Object.entries(flagsOf))("%s %s", async (name, flags) => {
    const entry = commands.find((command) => command.name === name.replace(/^alpha /, ""));
    expect(entry, "there is such a command").toBeDefined();
    const command = new GoFlagCommand(name);
    (await entry?.load())?.declare(command);
    expect(declared(command)).toEqual(expect.arrayContaining(flags.split(" ").filter((flag) => flag !== "")));
  });
});
