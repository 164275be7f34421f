#!/bin/sh
# build-image.sh NAME ARCHIVE [BASE-ARCHIVE]: builds fixtures/images/NAME into an archive as `docker save` writes them.
# Debian packages are fetched with this machine's apt and unpacked, not installed: no maintainer script runs, nothing
# of this machine changes, and the same packages give the same bytes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
name=$1 archive=$2 base_archive=${3-}
repository=$(cd "$here/../../.." && pwd)
recipe=$repository/fixtures/images/$name
[ "$(id -u)" = 0 ] || die "image $name: building it needs root; or load it from another machine's cache"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
layer=$work/layer status=$work/status image=$work/image
mkdir -p "$layer" "$image" "$work/debs/partial"
: >"$status"

base='' packages='' without='' config='{}'
finish() { :; }
. "$recipe/recipe.sh"

link_applets() { # for recipes: busybox under the name of every program that is not there already
  for applet in $(usr/bin/busybox --list); do
    [ -e "usr/bin/$applet" ] || [ -e "usr/sbin/$applet" ] || [ "$applet" = busybox ] || ln -s busybox "usr/bin/$applet"
  done
}

fetch() { # fetch PACKAGE...: with what they depend on, apart from what $status holds
  apt-get -qq -o Dir::State::status="$status" -o Dir::State::extended_states="$work/extended" \
    -o Dir::Cache::archives="$work/debs" -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
    --no-install-recommends --download-only -y install "$@" >"$work/apt.log" 2>&1
}

assume() { # assume PACKAGE...: as if they were there
  for package; do
    printf 'Package: %s\nStatus: install ok installed\nVersion: 999:0\nArchitecture: all\n\n' "$package" >>"$status"
  done
}

unpack() { # every fetched package into the layer, and its name into the list that later layers build upon
  for name_in_usr in bin sbin lib lib64; do
    mkdir -p "$layer/usr/$name_in_usr" && ln -s "usr/$name_in_usr" "$layer/$name_in_usr"
  done
  for deb in "$work"/debs/*.deb; do
    dpkg-deb --fsys-tarfile "$deb" | tar -x -p -C "$layer" --keep-directory-symlink \
      --exclude='./usr/share/doc/*' --exclude='./usr/share/man/*' --exclude='./usr/share/info/*' \
      --exclude='./usr/share/locale/*' --exclude='./usr/share/lintian/*' --exclude='./lib/systemd/*' --exclude='./etc/init.d/*'
    { dpkg-deb -f "$deb" Package Architecture Version Provides Multi-Arch; printf 'Status: install ok installed\n\n'; } >>"$status"
  done
}

if [ -n "$base_archive" ]; then
  tar -x -C "$image" -f "$base_archive"
  cp "$image/packages" "$status"
fi
# shellcheck disable=SC2086 # lists of words
if [ -n "$packages" ]; then
  assume $without
  fetch $packages || { apt-get update -qq && fetch $packages; } || die "image $name: $(cat "$work/apt.log")"
  unpack
fi
[ ! -d "$recipe/root" ] || cp -R "$recipe/root/." "$layer"
(cd "$layer" && finish)

# One more layer on top of the base's; every file carries the same date, so that equal contents have equal names.
tar --sort=name --mtime=@0 --numeric-owner -C "$layer" -cf "$work/layer.tar" .
digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
mv "$work/layer.tar" "$image/$digest.tar"
echo "$digest" >>"$image/layers"
cp "$status" "$image/packages"

list() { sed "s|^|\"$1|; s|\$|$2\"|" "$image/layers" | paste -sd, -; }
case $(uname -m) in x86_64) architecture=amd64 ;; aarch64) architecture=arm64 ;; *) architecture=$(uname -m) ;; esac
cat >"$image/config.json" <<EOF
{"architecture":"$architecture","os":"linux","created":"1970-01-01T00:00:00Z","config":$config,
"rootfs":{"type":"layers","diff_ids":[$(list sha256: '')]}}
EOF
hash=$(basename "$archive" .tar); hash=${hash##*-}
cat >"$image/manifest.json" <<EOF
[{"Config":"config.json","RepoTags":["tscompose-fixtures/$name:$hash"],"Layers":[$(list '' .tar)]}]
EOF
tar --sort=name --mtime=@0 --owner=0 --group=0 -C "$image" -cf "$archive.part" .
mv "$archive.part" "$archive"
