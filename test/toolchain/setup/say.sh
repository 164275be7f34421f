# Sourced by its neighbours: how they speak and how they stop.
say() { echo "setup: $*" >&2; }
die() { say "$*"; exit 1; }
