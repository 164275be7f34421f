# Sourced by ../podman.sh in namespaces of its own: starts the service, has the images, runs the command.
# With the last process of the namespace all of Podman's are gone, and its mounts.
ip link set lo up
mkdir -p /run/netns && mount -t tmpfs tmpfs /run/netns # where Podman leaves a file for each container
mkdir -p /run/containers && mount -t tmpfs tmpfs /run/containers # names of other runs would be answered, too
mkdir "$folder/root" "$folder/run" "$folder/tmp"
# Without the unified hierarchy crun refuses to run.
[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] && runtime=crun || runtime=runc
# Podman gives containers more than this machine may have.
limits=$(awk '
  function limit(name, most) { if (most == "unlimited") most = -1; printf "\"%s=%s:%s\",", name, most, most }
  /^Max open files/ { limit("nofile", $5) }
  /^Max processes/ { limit("nproc", $4) }' /proc/self/limits)
cat >"$folder/containers.conf" <<END
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "$runtime"
[containers]
log_driver = "k8s-file"
default_ulimits = [$limits]
[network]
network_backend = "netavark"
network_config_dir = "$folder/networks"
END
echo 'unqualified-search-registries = ["docker.io"]' >"$folder/registries.conf"
export CONTAINERS_CONF="$folder/containers.conf" CONTAINERS_REGISTRIES_CONF="$folder/registries.conf"
export DOCKER_HOST="unix://$folder/podman.sock"
export DOCKER_BUILDKIT=0 # Docker Compose would look for a builder on the internet
setsid podman --root "$folder/root" --runroot "$folder/run" --tmpdir "$folder/tmp" --storage-driver overlay \
  system service --time 0 "$DOCKER_HOST" >"$folder/service.log" 2>&1 &
service=$!
until [ -S "$folder/podman.sock" ]; do
  kill -0 $service 2>/dev/null || { cat "$folder/service.log" >&2; exit 1; }
  sleep 0.1
done
# Podman builds upon no image whose history does not tell of its layers, as those of fixtures/images do not; and finds
# no earlier build again upon one whose history tells no times.
usual=${TSCOMPOSE_CACHE:-${XDG_CACHE_HOME:-/var/cache}/tscompose}/images
export TSCOMPOSE_CACHE="$folder/cache"
mkdir -p "$TSCOMPOSE_CACHE/images"
for name in ${IMAGES-$(ls "$here/../../fixtures/images" | grep -v '\.md$')}; do
  for archive in "$usual/$name"-*.tar; do
    [ -e "$archive" ] || continue
    copy=$TSCOMPOSE_CACHE/images/${archive##*/}
    cp "$archive" "$copy"
    history=$(tar xOf "$copy" ./manifest.json | grep -o '[0-9a-f]*\.tar"' | sed 's/.*/{"created":"1970-01-01T00:00:00Z","created_by":"a layer"}/' | paste -sd,)
    tar xOf "$copy" ./config.json | sed "1s/{/{\"history\":[$history],/" >"$folder/config.json"
    tar --delete -f "$copy" ./config.json
    tar rf "$copy" -C "$folder" ./config.json
  done
done
# shellcheck disable=SC2086 # a list of words
"$here/setup/images.sh" ${IMAGES-}
status=0
"$@" || status=$?
kill $service && wait $service || true
exit $status
