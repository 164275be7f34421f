import { accessSync, constants } from "node:fs";

/** Static programs that reap orphans and pass signals on, by where distributions put them. */
const places = [
  "/usr/bin/tini-static",
  "/usr/bin/docker-init",
  "/usr/libexec/docker/docker-init",
  "/usr/bin/catatonit",
  "/usr/libexec/catatonit/catatonit",
  "/usr/libexec/podman/catatonit",
];

/** The host's init program for containers; `undefined` when there is none. */
export function findInit(): string | undefined {
  return places.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
