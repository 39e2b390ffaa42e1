#!/bin/sh
# Cross-builds crsqlite.so for aarch64 (Raspberry Pi) on an x86_64 Debian 12 or 13.
#
#   sh provisioning/crsqlite/build-arm64.sh SOURCE.tgz OUT.so WORKDIR
#
# Changes nothing of this system: Debian's Rust for browsers (rustc-web) and its arm64 core
# library are unpacked into WORKDIR, with package lists of its own. Only the cross compiler has
# to be there: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross, and the same crates
# and cargo as for build.sh. The static library needs no linker of Rust's; gcc links the extension.
# On a Pi itself nothing of this is needed: provisioning/run builds it there.
set -eu

[ $# = 3 ] || { echo "usage: build-arm64.sh SOURCE.tgz OUT.so WORKDIR" >&2; exit 2; }
HERE=$(cd "$(dirname "$0")" && pwd)
SOURCE=$(realpath "$1")
OUT=$(realpath -m "$2")
WORK=$(realpath -m "$3")
RUST=$WORK/rust

stop() { echo "crsqlite for aarch64: $1" >&2; exit 1; }

command -v aarch64-linux-gnu-gcc >/dev/null ||
  stop "the cross compiler is missing: apt-get install gcc-aarch64-linux-gnu libc6-dev-arm64-cross"

# apt with lists of its own that also hold arm64: the system's architectures stay as they are.
apt_here() {
  command=$1
  shift
  "$command" -o APT::Architectures::=amd64 -o APT::Architectures::=arm64 \
    -o Dir::State::lists="$WORK/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o APT::Sandbox::User=root "$@"
}

depends() { apt_here apt-cache depends "$1" | sed -n "s/.*Depends: \($2\)\$/\1/p" | head -n 1; }

if [ ! -x "$RUST/usr/bin/rustc" ]; then
  mkdir -p "$WORK/lists/partial" "$WORK/debs" "$RUST"
  apt_here apt-get -qq update
  library=$(depends libstd-rust-web-dev 'libstd-rust-web-[0-9.]*')
  [ -n "$library" ] || library=$(depends rustc-web 'libstd-rust-web-[0-9.]*')
  [ -n "$library" ] || stop "Debian's rustc-web was not found: apt-cache policy rustc-web"
  llvm=$(depends "$library" 'libllvm[0-9.]*')
  cd "$WORK/debs"
  # shellcheck disable=SC2086 # $llvm is one name or none
  apt_here apt-get -qq download rustc-web "$library" libstd-rust-web-dev libstd-rust-web-dev:arm64 $llvm
  for package in *.deb; do
    dpkg -x "$package" "$RUST"
  done
  cd "$WORK"
fi

LD_LIBRARY_PATH=$RUST/usr/lib:$RUST/usr/lib/x86_64-linux-gnu
for folder in "$RUST"/usr/lib/llvm-*/lib; do
  LD_LIBRARY_PATH=$LD_LIBRARY_PATH:$folder
done
export LD_LIBRARY_PATH RUSTC="$RUST/usr/bin/rustc" RUST_TARGET=aarch64-unknown-linux-gnu
export CC=aarch64-linux-gnu-gcc
sh "$HERE/build.sh" "$SOURCE" "$OUT" "$WORK/build"
