#!/bin/sh
# Sees to it that an engine answers at DOCKER_HOST: starts Debian's dockerd if it is the default one and nobody does.
set -eu
. "$(dirname "$0")/say.sh"
. "$(dirname "$0")/engine-api.sh"
PATH=$PATH:/usr/sbin:/sbin
pidfile=/run/tscompose-dockerd.pid
log=/var/log/tscompose-dockerd.log

engine_answers && exit 0
[ "$DOCKER_HOST" = unix:///var/run/docker.sock ] || die "no engine answers at $DOCKER_HOST; start it, or unset DOCKER_HOST"
[ "$(id -u)" = 0 ] || die "no engine answers at $DOCKER_HOST; start one as root, or set DOCKER_HOST"

if [ -d /run/systemd/system ]; then
  systemctl start docker
else
  # A bridge of its own, since another engine on this machine would fight for docker0; and small address pools,
  # which leave room for 255 networks instead of 31.
  ip link show docker1 >/dev/null 2>&1 || { ip link add docker1 type bridge && ip address add 10.213.255.1/24 dev docker1; }
  ip link set docker1 up
  # After a crash a stranger may have the number that is written there: dockerd would refuse to start beside it.
  for stale in "$pidfile" /var/run/docker/containerd/containerd.pid; do
    case $(cat "/proc/$(cat "$stale" 2>/dev/null)/comm" 2>/dev/null) in
      dockerd | containerd) ;;
      *) rm -f "$stale" ;;
    esac
  done
  setsid dockerd --host "$DOCKER_HOST" --pidfile "$pidfile" --bridge docker1 \
    --default-address-pool base=10.213.0.0/16,size=24 </dev/null >"$log" 2>&1 &
fi
say "starting dockerd"
waited=0
until engine_answers; do
  waited=$((waited + 1))
  [ "$waited" -lt 300 ] || die "dockerd does not answer after a minute: see $log"
  sleep 0.2
done
