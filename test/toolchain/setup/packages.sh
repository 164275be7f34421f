#!/bin/sh
# Installs what is missing: an engine, what the embedded one runs on, curl to speak to them, tmux for the terminal tests,
# a registry that holds images. With --embedded no other engine, and nothing that only tests need; with --images no engine;
# with --podman that engine.
set -eu
. "$(dirname "$0")/say.sh"

missing=
need() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; } # need PROGRAM PACKAGE
PATH=$PATH:/usr/sbin:/sbin
need curl curl
need flock util-linux
if [ "${1-}" != --images ]; then
  need ip iproute2
  need crun crun
  need nft nftables
fi
if [ $# = 0 ]; then
  [ "$DOCKER_HOST" != unix:///var/run/docker.sock ] || need dockerd docker.io
  need git git
  need tmux tmux
  need conntrack conntrack
  need newuidmap uidmap
  need slirp4netns slirp4netns
  need docker-registry docker-registry
fi
if [ "${1-}" = --podman ]; then
  need podman podman
  need runc runc
  [ -x /usr/lib/podman/netavark ] || missing="$missing netavark aardvark-dns"
fi

[ -n "$missing" ] || exit 0
[ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || die "missing:$missing; install them as root: apt-get install$missing"
say "installing$missing"
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # a list of words
apt-get install -qq -y --no-install-recommends $missing >/dev/null 2>&1 ||
  { apt-get update -qq && apt-get install -qq -y --no-install-recommends $missing >/dev/null; }
