#!/bin/sh
# Runs a command beside a Podman API service that DOCKER_HOST names: `podman.sh vitest run --project e2e …`. Podman has
# namespaces of its own for networks and mounts, since Docker's firewall drops what containers of Podman send each other,
# and a storage of its own, which is gone afterwards. Needs root and Debian's podman, which is installed where it is not.
#
#   IMAGES="busybox alpine"   the images of fixtures/images to be there; default: all
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/setup/packages.sh" --podman
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'kill -KILL $beside 2>/dev/null' INT TERM # and with it all that is in the namespaces
here=$here folder=$folder unshare --net --mount --pid --fork --kill-child --propagation private --mount-proc \
  sh -eu -c '. "$here/setup/podman-service.sh"' podman.sh "$@" &
beside=$!
status=0
wait $beside || status=$?
wait $beside 2>/dev/null || true # a signal ends a wait before what is waited for has ended
exit $status
