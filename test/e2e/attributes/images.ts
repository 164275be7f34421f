import { among, apart, asked, built, type Definition, image, like, type Proofs } from "./proof.ts";

const build = (attributes: Definition): Definition => ({
  services: { made: { build: { context: "./built", ...attributes } } },
});
const ulimits = built({ ulimits: { nofile: { soft: 123, hard: 456 } } }, "grep open.files /facts", /\b123 +456\b/);

/** Rows of `services.*.build`, proven by images: the Dockerfile notes in /facts what its commands saw. */
export const images: Proofs = {
  "services.*.build.context": apart(built({ context: "./other" }, "cat /brought", "from another context")),
  "services.*.build.dockerfile": apart(built({ dockerfile: "other.dockerfile" }, "cat /facts", "of another file")),
  "services.*.build.dockerfile_inline": apart(
    built({ dockerfile_inline: "FROM busybox\nRUN echo written inline > /facts\n" }, "cat /facts", "written inline"),
  ),
  "services.*.build.args": built({ args: { GREETING: "hello" } }, "cat /facts", /^greeting=hello$/m),
  "services.*.build.labels": image(
    { labels: { "org.example.a": "b" } },
    { Config: { Labels: { "org.example.a": "b" } } },
  ),
  "services.*.build.network": built({ network: "none" }, "cat /facts", /^interfaces: lo$/m),
  "services.*.build.target": built({ target: "facts" }, "cat /stage", "facts"),
  "services.*.build.shm_size": built({ shm_size: "96mb" }, "cat /facts", /^shm: 98304$/m),
  "services.*.build.extra_hosts": built(
    { extra_hosts: ["elsewhere=192.0.2.7"] },
    "cat /facts",
    /^192\.0\.2\.7\s+elsewhere$/m,
  ),
  "services.*.build.tags": image(
    { tags: ["${COMPOSE_PROJECT_NAME}-tagged:two"] },
    { RepoTags: among(like(/-tagged:two$/)) },
  ),
  "services.*.build.ulimits": ulimits,
  "services.*.build.ulimits.*.soft": ulimits,
  "services.*.build.ulimits.*.hard": ulimits,
  "services.*.build.platforms": apart(
    image({ dockerfile: "empty.dockerfile", platforms: ["linux/arm64"] }, { Architecture: "arm64" }),
  ),
  "services.*.build.cache_from": asked(
    ["build"],
    build({ cache_from: ["elsewhere:1"] }),
    /^POST \/build\?.*cachefrom=[^&]*elsewhere/m,
  ),
  "services.*.build.no_cache": asked(["build"], build({ no_cache: true }), /^POST \/build\?.*nocache=(1|true)/m),
  "services.*.build.pull": asked(["build"], build({ pull: true }), /^POST \/build\?.*pull=(1|true)/m),
};
