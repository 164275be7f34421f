// An ordinary user may be root of a user namespace. A process keeps that and a network namespace for as long as the
// engine or one of its containers runs; every engine of the same data enters them, one after the other.

/** Where the first address of the way out is: what slirp4netns gives, and passes ports on to. */
export const outletAddress = "10.0.2.100";

/** Files of those who keep the namespaces: `pid` and `lock` are in the data folder, others in the run folder. */
export const keeperFiles: Readonly<Record<"pid" | "lock" | "outlet" | "complaint", string>> = {
  pid: "keeper.pid",
  lock: "keeper.lock",
  outlet: "outlet.sock",
  complaint: "outlet.log",
};

/**
 * Keeps the namespaces: runs in them. What the engine writes to has to be its own: `/run`, where `ip` keeps names of
 * network namespaces, and `/sys/fs/cgroup`, which is empty then. The machine's `/run` shows through. The server of names
 * is the one that slirp4netns brings.
 */
export const keeperScript: string = `
set -e
ip link set lo up
exec 8</run
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns /run/.host
mount --no-canonicalize --rbind /proc/self/fd/8 /run/.host
exec 8<&-
for path in /run/.host/*; do
  name=\${path##*/}
  [ -e "/run/$name" ] || ln -s "$path" "/run/$name"
done
mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
if [ -e /etc/resolv.conf ] && [ -n "$1" ]; then
  { grep -v '^nameserver' /etc/resolv.conf || :; echo nameserver 10.0.2.3; } >/run/resolv.conf
  mount --bind /run/resolv.conf /etc/resolv.conf
fi
echo ready
exec sleep infinity >/dev/null 2>&1
`;

/**
 * Sees to it that the namespaces are kept, and a way out of them is open. Tells the pid of who keeps them. Where nobody
 * does so yet it stays, and takes the way out away with the namespaces.
 *
 * Arguments: data folder, run folder, options of unshare(1), the script of the keeper, name of the program that leads out
 * or nothing.
 */
export const launchScript: string = `
data=$1 run=$2 users=$3 keep=$4 outlet=$5
pidfile=$data/${keeperFiles.pid}
exec 9>>"$data/${keeperFiles.lock}"
tries=0
until flock -n 9; do
  keeper=$(cat "$pidfile" 2>/dev/null)
  if [ -n "$keeper" ] && kill -0 "$keeper" 2>/dev/null; then
    echo "$keeper"
    exit 0
  fi
  tries=$((tries+1))
  [ $tries -lt 100 ] || { echo "somebody keeps the namespaces and does not tell who" >&2; exit 1; }
  sleep 0.1
done
rm -f "$pidfile" "$run/ready" "$run/${keeperFiles.outlet}" "$run/${keeperFiles.complaint}"
mkfifo -m 600 "$run/ready" || exit 1
# shellcheck disable=SC2086 # several words
unshare $users --mount --propagation slave --net /bin/sh -c "$keep" keeper "$outlet" >"$run/ready" </dev/null &
keeper=$!
[ -n "$(cat "$run/ready")" ] || exit 1
if [ -n "$outlet" ]; then
  slirp4netns --configure --mtu=65520 --disable-host-loopback --api-socket "$run/${keeperFiles.outlet}" \\
    --ready-fd=3 "$keeper" tap0 3>"$run/ready" >/dev/null 2>"$run/${keeperFiles.complaint}" 9>&- &
  outlet=$!
  [ -n "$(cat "$run/ready")" ] || outlet=
fi
[ -n "$outlet" ] || rm -f "$run/${keeperFiles.outlet}"
rm -f "$run/ready"
echo "$keeper" >"$pidfile.new"
mv "$pidfile.new" "$pidfile"
echo "$keeper"
exec >/dev/null 2>&1
wait "$keeper"
rm -f "$pidfile" "$run/${keeperFiles.outlet}"
[ -z "$outlet" ] || { kill "$outlet"; wait "$outlet"; }
`;
