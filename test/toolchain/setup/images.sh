#!/bin/sh
# images.sh [NAME...]: sees to it that the engine at DOCKER_HOST has the images of fixtures/images, all or the named
# ones, as their recipes say today. An image is built once into the cache, without any engine, and loaded from there. Its
# recipe's hash is a tag of its own, by which it is known again; a tag that already leads to somebody else's image is left
# alone.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/say.sh"
. "$here/engine-api.sh"
root=$(cd "$here/../../.." && pwd)
recipes=$root/fixtures/images
cache=${TSCOMPOSE_CACHE:-${XDG_CACHE_HOME:-/var/cache}/tscompose}/images
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9 # two set-ups at a time would build everything twice

hash_of() ( # hash_of NAME: of the recipe, of what it builds upon, and of the builder
  inputs= base=
  . "$recipes/$1/recipe.sh"
  { [ -z "$base" ] || hash_of "$base"
    cd "$root"
    # shellcheck disable=SC2086 # a list of words
    find "fixtures/images/$1" test/toolchain/setup/build-image.sh $inputs -type f | LC_ALL=C sort | xargs sha256sum
  } | sha256sum | cut -c1-12
)

build() ( # build NAME HASH: leaves $cache/NAME-HASH.tar
  name=$1 archive=$cache/$1-$2.tar
  [ ! -e "$archive" ] || exit 0
  base=
  . "$recipes/$name/recipe.sh"
  base_hash=${base:+$(hash_of "$base")}
  [ -z "$base" ] || build "$base" "$base_hash"
  say "building the image $name"
  "$here/build-image.sh" "$name" "$archive" ${base:+"$cache/$base-$base_hash.tar"}
  find "$cache" -name "$name-*.tar" ! -path "$archive" -delete
)

load() { # load NAME HASH
  engine /images/load -X POST -H 'Content-Type: application/x-tar' --data-binary "@$cache/$1-$2.tar" >"$cache/load.log" &&
    ! grep -q '"error' "$cache/load.log" || die "the engine at $DOCKER_HOST refused the image $1: $(cat "$cache/load.log")"
}

tag() { # tag IMAGE TAG...: every TAG now means IMAGE, except those that mean an image from elsewhere
  image=$1; shift
  known=$(engine "/images/$image/json")
  for tag; do
    case $known in *"\"$tag\""*) continue ;; esac
    case $(engine "/images/$tag/json") in
      *'"Id"'*tscompose-fixtures/*) ;;
      *'"Id"'*) say "keeping the $tag that the engine already had"; continue ;;
    esac
    engine "/images/$image/tag?repo=${tag%:*}&tag=${tag##*:}" -X POST -f
  done
}

forget() { # forget NAME HASH: removes what earlier recipes left
  engine "/images/json?filters=%7B%22reference%22%3A%5B%22tscompose-fixtures%2F$1%22%5D%7D" |
    grep -o "tscompose-fixtures/$1:[0-9a-f]*" | sort -u | grep -v ":$2\$" |
    while read -r old; do engine "/images/$old" -X DELETE >/dev/null; done
}

[ $# -gt 0 ] || set -- $(ls "$recipes" | grep -v '\.md$')
for name; do
  recipe=$recipes/$name/recipe.sh
  hash=$(hash_of "$name")
  image=tscompose-fixtures/$name:$hash
  if ! engine "/images/$image/json" -f -o /dev/null 2>/dev/null; then
    build "$name" "$hash"
    say "loading the image $name"
    load "$name" "$hash"
    new=yes
  fi
  # shellcheck disable=SC2046 # a list of words
  tag "$image" $(. "$recipe"; echo "$tags")
  [ -z "${new-}" ] || forget "$name" "$hash"
  unset new
done
