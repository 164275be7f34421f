/** Labels that Docker Compose puts on what it makes; ours are the same, so that either tool manages the other's. */
export const label = {
  project: "com.docker.compose.project",
  version: "com.docker.compose.version",
  service: "com.docker.compose.service",
  containerNumber: "com.docker.compose.container-number",
  oneOff: "com.docker.compose.oneoff",
  configHash: "com.docker.compose.config-hash",
  workingDirectory: "com.docker.compose.project.working_dir",
  configFiles: "com.docker.compose.project.config_files",
  environmentFile: "com.docker.compose.project.environment_file",
  dependsOn: "com.docker.compose.depends_on",
  image: "com.docker.compose.image",
  imageVolumeDigest: "com.docker.compose.image-volume-digest",
  slug: "com.docker.compose.slug",
  replace: "com.docker.compose.replace",
  network: "com.docker.compose.network",
  volume: "com.docker.compose.volume",
  imageBuilder: "com.docker.compose.image.builder",
  engine: "com.docker.compose.engine",
  hook: "com.docker.compose.hook",
  /** Our own: digests of the configs and secrets copied into a container, which Docker Compose's hash leaves out. */
  uploads: "io.tscompose.uploads",
  /** Our own: digest of what of a service only a new container can change. */
  fixedHash: "io.tscompose.fixed-hash",
  /**
   * Our own: volumes without a name of their own that a container took over from the one before it, `name,…`. To the
   * engine they are named ones then, or nobody's, and would stay when the container goes with its volumes.
   */
  anonymousVolumes: "io.tscompose.anonymous-volumes",
  /** Our own: variables that providers told a container, `provider:NAME,…`. */
  provided: "io.tscompose.provided",
} as const;

/** The Docker Compose version whose labels and hashes ours are compatible with. */
export const composeVersion = "2.40.3";
