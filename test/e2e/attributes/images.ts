import { among, apart, built, type Definition, image, like, type Proof, type Proofs, tested } from "./proof.ts";

const buildTests = "test/e2e/builds.test.ts";
/** A build with these attributes says so. */
const told = (attributes: Definition, says: RegExp): Proof => ({
  by: "word",
  args: ["build"],
  given: { services: { made: { build: { context: "./built", ...attributes } } } },
  says,
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
  "services.*.build.cache_from": told(
    { cache_from: ["localhost:1/elsewhere:1"] },
    /importing cache manifest from localhost:1\/elsewhere:1/,
  ),
  "services.*.build.cache_to": told({ cache_to: ["type=inline"] }, /preparing (?:layers for inline|build) cache/),
  "services.*.build.pull": told(
    { dockerfile_inline: "FROM localhost:1/absent\n", pull: true },
    /localhost:1\/absent.*connection refused/s,
  ),
  "services.*.build.privileged": told({ privileged: true }, /security\.insecure is not allowed/),
  "services.*.build.entitlements": told({ entitlements: ["security.insecure"] }, /security\.insecure is not allowed/),
  "services.*.build.additional_contexts": tested(
    buildTests,
    "contexts of a build are folders, and services that are built before",
  ),
  "services.*.build.no_cache": tested(
    buildTests,
    "a stage that is not to come from the cache is built anew, and so is all of it",
  ),
  "services.*.build.no_cache_filter": tested(
    buildTests,
    "a stage that is not to come from the cache is built anew, and so is all of it",
  ),
  "services.*.build.ssh": tested(buildTests, "a build may use keys of the agent, and keys in files"),
  "services.*.build.secrets": tested(
    buildTests,
    "secrets reach the build, and stay out of the image and of all that is said",
  ),
  "services.*.build.secrets.*.source": tested(
    buildTests,
    "secrets reach the build, and stay out of the image and of all that is said",
  ),
  "services.*.build.secrets.*.target": tested(
    buildTests,
    "secrets reach the build, and stay out of the image and of all that is said",
  ),
};
