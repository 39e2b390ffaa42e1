#!/bin/sh
# Builds the SQLite driver (pysqlite3) as a wheel that carries its own SQLite.
#
#   sh provisioning/driver.sh PYTHON SDIST.tar.gz AMALGAMATION.tgz OUTDIR WORKDIR
#
# AMALGAMATION.tgz is the npm package better-sqlite3, which holds sqlite3.c and sqlite3.h of a
# release without the WAL-reset bug. Both archives come with their hash checked by the caller.
# PYTHON has pip, setuptools and wheel; its version is the one that the wheel is for.
set -eu

[ $# = 5 ] || { echo "usage: driver.sh PYTHON SDIST AMALGAMATION OUTDIR WORKDIR" >&2; exit 2; }
PYTHON=$1 SDIST=$2 AMALGAMATION=$3 OUT=$4 WORK=$5

rm -rf "$WORK"
mkdir -p "$WORK" "$OUT"
tar xzf "$SDIST" -C "$WORK" --strip-components=1
tar xzf "$AMALGAMATION" -C "$WORK" --strip-components=3 \
  package/deps/sqlite3/sqlite3.c package/deps/sqlite3/sqlite3.h

# Setuptools takes CFLAGS instead of Python's own: without -O2 here SQLite would be several
# times slower. Debug information would triple the build and the file. On Linux fdatasync is as safe
# as fsync and spares a card the file system's own journal at each commit; nobody asks SQLite how
# much memory it uses, so it need not count; a connection is used by one thread at a time, so it
# needs no lock of its own; and the driver initialises SQLite when it is imported, so SQLite need not
# see to that at each call (https://sqlite.org/compile.html).
export CFLAGS="-O2 -g0 -fwrapv -DHAVE_FDATASYNC=1 -DSQLITE_DEFAULT_MEMSTATUS=0 \
  -DSQLITE_THREADSAFE=2 -DSQLITE_OMIT_AUTOINIT"
exec "$PYTHON" -m pip wheel --quiet --no-deps --no-index --no-build-isolation --wheel-dir "$OUT" "$WORK"
