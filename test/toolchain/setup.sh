#!/bin/sh
# Makes this machine ready to try tscompose on: the Debian packages it needs, a Docker engine that answers, and the
# offline stand-in images of fixtures/images. Safe to repeat; a second or less when everything is there.
#
#   setup.sh                         packages, engine, images
#   setup.sh --images-only [NAME...] only the images, or some of them, into the engine at DOCKER_HOST
#   setup.sh --embedded              only the packages that the embedded engine needs, and those that make images
#
# Environment: DOCKER_HOST (default: unix:///var/run/docker.sock, started here when nobody answers),
#              TSCOMPOSE_CACHE (default: $XDG_CACHE_HOME/tscompose, else /var/cache/tscompose).
set -eu
setup=$(cd "$(dirname "$0")/setup" && pwd)
export DOCKER_HOST="${DOCKER_HOST:-unix:///var/run/docker.sock}"

case ${1:-} in
  '') "$setup/packages.sh" && "$setup/engine.sh" && "$setup/images.sh" ;;
  --images-only) shift; "$setup/packages.sh" --images && "$setup/images.sh" "$@" ;;
  --embedded) "$setup/packages.sh" --embedded ;;
  *) sed -n '2,10p' "$0" | sed 's/^# \{0,1\}//' >&2; exit 2 ;;
esac
