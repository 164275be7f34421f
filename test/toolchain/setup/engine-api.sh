# Sourced by its neighbours: the Docker Engine API at DOCKER_HOST, by curl alone.
case $DOCKER_HOST in
  unix://*) engine() { engine_path=$1; shift; curl -sS --unix-socket "${DOCKER_HOST#unix://}" "$@" "http://engine$engine_path"; } ;;
  tcp://*) engine() { engine_path=$1; shift; curl -sS "$@" "http://${DOCKER_HOST#tcp://}$engine_path"; } ;;
  *) die "DOCKER_HOST: only unix:// and tcp:// are understood here, got \"$DOCKER_HOST\"" ;;
esac

engine_answers() { [ "$(engine /_ping --max-time 5 2>/dev/null)" = OK ]; }
