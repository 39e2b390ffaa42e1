#!/bin/sh
# Builds the cr-sqlite loadable extension (0.16.3) from the source in its npm package, with
# crates from Debian: no crate registry and no git host is needed.
#
#   sh provisioning/crsqlite/build.sh SOURCE.tgz OUT.so WORKDIR
#
# SOURCE.tgz is the package @vlcn.io/crsqlite, its hash already checked by the caller.
# Needs gcc, cargo >= 1.64 and Debian's librust-{num-derive,num-traits,bytes}-dev; installs
# nothing itself. For another machine: CC, CARGO, RUSTC and RUST_TARGET (see build-arm64.sh).
# Writes OUT.so only when everything went well. selftest.py beside this script proves the result.
set -eu

VERSION=0.16.3
PATCH=p2 # raise with every change of a patch; crsql_sha() reports it and the store checks it
[ $# = 3 ] || { echo "usage: build.sh SOURCE.tgz OUT.so WORKDIR" >&2; exit 2; }
SOURCE=$(realpath "$1")
OUT=$(realpath -m "$2")
WORK=$(realpath -m "$3")
REGISTRY=${CRATES:-/usr/share/cargo/registry}

stop() { echo "crsqlite: $1" >&2; exit 1; }

# Each patch names the file it changes and how many of its marks must be found afterwards:
# with another source the build stops instead of going on unpatched.
expect() { # COUNT PATTERN FILE
  found=$(grep -c -e "$2" "$3" || true)
  [ "$found" = "$1" ] || stop "patch of $3 does not fit: expected $1 of '$2', found $found"
}

[ -d "$REGISTRY" ] || stop "no crates in $REGISTRY; install librust-num-derive-dev librust-num-traits-dev librust-bytes-dev"
rm -rf "$WORK/src"
mkdir -p "$WORK/src" "$(dirname "$OUT")"
tar xzf "$SOURCE" -C "$WORK/src" --strip-components=1
cd "$WORK/src"

# a) The pinned nightly toolchain and the lock files name things that Debian does not have.
find rs -name rust-toolchain.toml -delete
find rs -name Cargo.lock -delete

# b) The package happens to hold upstream's own bindgen output: with it neither bindgen nor
#    libclang is needed.
CAPI=rs/sqlite-rs-embedded/sqlite3_capi
cp rs/bundle_static/target/release/build/sqlite3_capi-*/out/bindings.rs $CAPI/bindings.rs
rm -rf rs/bundle/target rs/bundle_static/target $CAPI/build.rs
sed -i '/^\[build-dependencies\]/d; /^bindgen/d' $CAPI/Cargo.toml
sed -i 's|include!(concat!(env!("OUT_DIR"), "/bindings.rs"));|include!("../bindings.rs");|
        /feature(concat_idents)/d' $CAPI/src/lib.rs
expect 0 '^bindgen' $CAPI/Cargo.toml
expect 1 'include!("../bindings.rs")' $CAPI/src/lib.rs

# c) Accept the versions of the crates that Debian 12 and 13 ship.
for toml in rs/core/Cargo.toml rs/sqlite-rs-embedded/sqlite_nostd/Cargo.toml; do
  sed -i 's/^num-derive = .*/num-derive = ">=0.3, <0.5"/
          s/^num-traits = .*/num-traits = { version = "0.2", default-features = false }/
          s/^bytes = .*/bytes = { version = "1", default-features = false }/' $toml
done
expect 1 '^num-derive = ">=0.3' rs/core/Cargo.toml
expect 1 '^bytes = { version = "1"' rs/core/Cargo.toml

# d) No dev-dependencies (rand) and no wasm as the default target.
sed -i '/^rand/d; /^\[build\]/d; /^target = "wasm32/d' rs/fractindex-core/Cargo.toml
expect 0 '^rand' rs/fractindex-core/Cargo.toml

# e) The one-argument crsql_as_crr('t') and crsql_commit_alter('t') passed "main" to C without
#    its NUL and failed with NOMEM. Upstream mended it after 0.16.3.
sed -i 's/("main", args\[0\].text())/("main\\0", args[0].text())/' rs/core/src/lib.rs
expect 3 'main.0", args' rs/core/src/lib.rs

# f) A change row with an empty key, or with an integer or length wider than 8 bytes, panicked:
#    abort() of the whole process. Now it is an error of that statement.
UNPACK=rs/core/src/pack_columns.rs
sed -i 's/^    let num_columns = buf.get_u8();/    if !buf.has_remaining() { return Err(ResultCode::ABORT); }\n&/
        s/^\( *\)let intlen = (column_type_and_maybe_intlen >> 3 .*/&\n\1if intlen > 8 { return Err(ResultCode::ABORT); }/' $UNPACK
expect 1 'has_remaining() { return' $UNPACK
expect 1 'intlen > 8' $UNPACK

# g) The crate bytes sign-extends get_int(n) from 1.7.2 on: integers and text lengths of 128 to
#    255 in keys would decode as negative, so rows would land under another key. get_uint means
#    the same in all versions.
sed -i 's/buf\.get_int(intlen)/(buf.get_uint(intlen) as i64)/' $UNPACK
expect 3 'get_uint(intlen)' $UNPACK

# h) A write that failed during a merge (CHECK, NOT NULL, STRICT, RAISE in a trigger) returned
#    before the sync bit was cleared: from then on all local writes of that connection went
#    untracked, were never replicated, and nothing said so. Also refuses a key of wrong arity,
#    whose value was taken as the key.
WRITE=rs/core/src/changes_vtab_write.rs
sed -i 's/^    reset_cached_stmt(\(merge_stmt\|delete_stmt\)\.stmt)?;$/    let _ = reset_cached_stmt(\1.stmt);/
        s/^    let unpacked_pks = unpack_columns(insert_pks.blob())?;$/&\n    if unpacked_pks.len() != tbl_info.pks.len() { return Err(ResultCode::ABORT); }/' $WRITE
expect 3 '^    let _ = reset_cached_stmt(\(merge_stmt\|delete_stmt\)' $WRITE
expect 1 'unpacked_pks.len() != tbl_info' $WRITE

mkdir -p rs/.cargo
cat >rs/.cargo/config.toml <<TOML
[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "$REGISTRY"
TOML
# RUSTC_BOOTSTRAP: the source uses features that a stable compiler only opens this way.
export RUSTC_BOOTSTRAP=1 CARGO_NET_OFFLINE=true CARGO_TARGET_DIR="$WORK/target"
# The encoded form of RUSTFLAGS parts its words by 0x1f: a folder's name may hold spaces.
CARGO_ENCODED_RUSTFLAGS=$(printf '%s\037%s' -Awarnings "--remap-path-prefix=$WORK=crsqlite")
export CARGO_ENCODED_RUSTFLAGS
export CRSQLITE_COMMIT_SHA="v$VERSION+$PATCH"
(cd rs/bundle_static && "${CARGO:-cargo}" build -q --release --features loadable_extension ${RUST_TARGET:+--target="$RUST_TARGET"})
LIBRARY=$WORK/target/${RUST_TARGET:+$RUST_TARGET/}release/libcrsql_bundle_static.a
"${CC:-gcc}" -O2 -s -std=c99 -shared -fPIC -ffile-prefix-map="$WORK=crsqlite" -Isrc -Isrc/sqlite \
  src/crsqlite.c src/changes-vtab.c src/ext-data.c "$LIBRARY" -o "$OUT.partly"
mv "$OUT.partly" "$OUT"
