# shellcheck shell=sh
# Makes this checkout ready to run (or, with KIND=dev, to be tested). Sourced after lib.sh.
# Every step looks first and does nothing where nothing is missing, so a second call repairs.
# A stamp with the hash of all that set-up depends on lets the next start skip even looking.

HERE=$ROOT/provisioning
SOURCES=$CACHE/sources
STATIC=$ROOT/node/web/static/vendor
NPM_DIR=$BUILD/npm
CRATES=${CRATES:-/usr/share/cargo/registry}
AGAIN="check the network and this machine's package settings, then start again; nothing done so far is lost."

# shellcheck source=provisioning/cached.sh
. "$HERE/cached.sh"

# --- Which set-up this is, and whether it stands already -------------------------------------

setup_stamp() { # KIND
  {
    printf '%s\n' "$1" "$ROOT" "${QUARTIER_PYTHON:-}"
    uname -m
    cat "$HERE"/*.sh "$HERE"/*.lock "$HERE"/*.txt "$HERE"/*.sha256 "$HERE"/icons.py \
      "$HERE"/crsqlite/build.sh "$HERE"/npm/package-lock.json \
      "$ROOT"/requirements*.lock "$ROOT"/pyproject.toml
  } | short_hash
}

# A development set-up serves for running, too.
is_set_up() { # KIND
  [ -x "$VENV/bin/quartier" ] && "$VENV/bin/python" -c '' 2>/dev/null || return 1
  [ -s "$BUILD/crsqlite.so" ] && [ -s "$STATIC/icons.svg" ] || return 1
  for kind in "$1" dev; do
    [ "$(cat "$BUILD/setup-$kind.stamp" 2>/dev/null)" = "$(setup_stamp "$kind")" ] && return 0
  done
  return 1
}

set_up() { # KIND: run or dev
  KIND=$1
  began=$(date +%s)
  one_at_a_time
  if is_set_up "$KIND"; then
    return 0 # the other set-up, which we waited for, did it
  fi
  : >"$LOG"
  trap 'rm -rf "$CACHE"/*.$$ "$SOURCES"/*.$$' EXIT
  trap 'exit 130' INT TERM
  say "Quartier: getting this machine ready ($(system_name)). Details go to build/setup.log."
  enough_space "$CACHE" 1000
  enough_space "$BUILD" 1000
  step_packages
  step_tools
  step_driver
  step_extension
  step_environment
  step_frontend
  setup_stamp "$KIND" >"$BUILD/setup-$KIND.stamp"
  exec 9>&-
  trap - EXIT INT TERM
  say "Ready after $(seconds_since "$began") s."
}

# Says what set-up would do, changes nothing. Exit status 1 when something is missing.
tell() { # KIND
  KIND=$1
  if is_set_up "$KIND"; then
    say "Everything is ready: nothing to do."
    return 0
  fi
  say "Set-up on this machine ($(system_name)) would do this; nothing was changed:"
  find_python
  missing_packages | sort -u | while IFS='|' read -r name why; do
    printf '  install %-24s %s\n' "$name" "$why"
  done
  if [ -z "$PYTHON" ] || [ ! -e "$(tools_dir)/ready" ]; then
    step "tools" "into $CACHE: pip, setuptools, hatchling"
  fi
  if [ -z "$PYTHON" ] || [ -z "$(built_wheel)" ]; then
    step "SQLite driver" "build pysqlite3 with its own SQLite, about 30 s"
  fi
  [ -s "$(built_extension)" ] || step "cr-sqlite" "build the extension that merges tables, about 10 s"
  step "environment" "$VENV: Python packages of $(lock_file), each checked by its hash"
  step "front end" "$STATIC: font, icons, htmx and the QR reader from npm packages"
  return 1
}

system_name() {
  # shellcheck source=/dev/null
  (. /etc/os-release 2>/dev/null && printf '%s, ' "${PRETTY_NAME:-unknown system}")
  uname -m
}

# --- System packages -------------------------------------------------------------------------

recent_python() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

# The system's own Python first: apt can complete that one.
find_python() {
  for PYTHON in ${QUARTIER_PYTHON:-/usr/bin/python3 python3}; do
    if have "$PYTHON" && recent_python "$PYTHON"; then
      PYTHON=$(command -v "$PYTHON")
      return 0
    fi
  done
  PYTHON=
}

recent_cargo() {
  have cargo && have rustc || return 1
  version=$(rustc --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\)\..*/\1/p')
  [ "${version:-0}" -ge 64 ]
}

# Debian 12 has a current Rust only under the name rustc-web (the one that builds browsers).
rust_packages() {
  candidate=$(apt-cache policy rustc 2>/dev/null | sed -n 's/^ *Candidate: //p')
  if dpkg --compare-versions "${candidate:-0}" ge 1.64; then
    echo "rustc cargo"
  else
    echo "rustc-web cargo-web"
  fi
}

# One line per missing package: name|why.
missing_packages() {
  [ -n "$PYTHON" ] || echo "python3|the language that Quartier is written in, 3.11 or later"
  [ -n "$PYTHON" ] && "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    echo "python3-venv|to make an environment of its own for Quartier"
  [ -s /etc/ssl/certs/ca-certificates.crt ] || echo "ca-certificates|to check whom packages are fetched from"
  if [ -z "$PYTHON" ] || [ -z "$(built_wheel)" ]; then
    missing_compiler
    [ -n "$PYTHON" ] && has_headers "$PYTHON" || echo "python3-dev|to build the SQLite driver"
  fi
  [ -s "$(built_extension)" ] || missing_for_extension
  [ "$KIND" = run ] || missing_for_tests
}

has_headers() {
  "$1" -c 'import pathlib, sysconfig as s, sys
sys.exit(not (pathlib.Path(s.get_paths()["include"]) / "Python.h").is_file())' 2>/dev/null
}

missing_compiler() {
  have gcc || echo "gcc|to build the SQLite driver and cr-sqlite"
  [ -e /usr/include/stdio.h ] || echo "libc6-dev|to build the SQLite driver and cr-sqlite"
}

missing_for_extension() {
  missing_compiler
  if ! recent_cargo; then
    for name in $(rust_packages); do
      echo "$name|to build cr-sqlite, which is written in Rust"
    done
  fi
  for crate in num-derive num-traits bytes; do
    found=$(find "$CRATES" -maxdepth 1 -name "$crate-[0-9]*" 2>/dev/null || true)
    [ -n "$found" ] || echo "librust-$crate-dev|to build cr-sqlite, a Rust library it uses"
  done
}

missing_for_tests() {
  have chromium || echo "chromium|to test the pages as a person sees them"
  [ -e /usr/share/fonts/truetype/noto/NotoSansArabic-Regular.ttf ] ||
    echo "fonts-noto-core|to draw the pages in Ukrainian and Arabic"
  have shellcheck || echo "shellcheck|to check the scripts of provisioning/"
  have git || echo "git|to test a fresh clone"
  have ip || echo "iproute2|to test boxes on networks of their own"
  have mosquitto || [ -x /usr/sbin/mosquitto ] || echo "mosquitto|to test locks through a real MQTT broker"
  set -- /usr/lib/*-linux-gnu/faketime/libfaketimeMT.so.1
  [ -e "$1" ] || echo "libfaketime|to test boxes whose clock is years off"
}

step_packages() {
  find_python
  # Before the package lists are read for the first time, apt knows no package at all.
  missing=$(missing_packages | sort -u)
  if [ -z "$missing" ]; then
    step "system packages" "all there"
    return 0
  fi
  started=$(date +%s)
  say "  system packages      These are missing and will be installed by apt:"
  printf '%s\n' "$missing" | while IFS='|' read -r name why; do
    printf '      %-24s %s\n' "$name" "$why"
  done
  # shellcheck disable=SC2046 # one word per package
  install_packages $(printf '%s\n' "$missing" | cut -d'|' -f1)
  find_python
  [ -n "$PYTHON" ] || fail "no Python 3.11 or later was found." \
    "Debian 12 or later has one; or name yours: QUARTIER_PYTHON=/path/to/python3"
  step "system packages" "installed ($(seconds_since "$started") s)"
}

# --- This checkout: environment and front end ------------------------------------------------

lock_file() {
  if [ "$KIND" = dev ]; then echo requirements-dev.lock; else echo requirements.lock; fi
}

# Only an environment of the same Python can take the wheels built for it.
environment_fits() {
  [ -x "$VENV/bin/python" ] || return 1
  mine=$("$VENV/bin/python" -c 'import sys; print(*sys.version_info[:2])' 2>/dev/null) || return 1
  [ "$mine" = "$("$PYTHON" -c 'import sys; print(*sys.version_info[:2])')" ]
}

step_environment() {
  started=$(date +%s)
  if ! environment_fits; then
    rm -rf "$VENV"
    attempt "making the environment .venv" "install python3-venv" "$PYTHON" -m venv --without-pip "$VENV"
  fi
  step "environment" "installing the packages of $(lock_file)"
  attempt "installing the Python packages" "$AGAIN" into_venv --require-hashes --only-binary :all: -r "$ROOT/$(lock_file)"
  attempt "installing the SQLite driver" "see the end of the log" into_venv --no-deps --no-index --force-reinstall "$(built_wheel)"
  rm -rf "$BUILD/wheel"
  mkdir -p "$BUILD/wheel"
  attempt "preparing Quartier itself" "see the end of the log" build_editable
  attempt "installing Quartier itself" "see the end of the log" into_venv --no-deps --no-index --force-reinstall "$BUILD"/wheel/*.whl
  attempt "trying the environment" "remove the folder .venv and start again" \
    "$VENV/bin/python" "$HERE/crsqlite/selftest.py" "$BUILD/crsqlite.so"
  step "environment" ".venv is ready ($(seconds_since "$started") s)"
}

into_venv() {
  "$TOOLS/bin/python" -m pip --disable-pip-version-check --python "$VENV/bin/python" install "$@"
}

# The code stays where it is in the checkout; only its name and command go into .venv.
build_editable() {
  (cd "$ROOT" && "$TOOLS/bin/python" -c \
    'import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])' "$BUILD/wheel")
}

step_frontend() {
  wanted=$(cat "$HERE/npm/package-lock.json" "$HERE/vendor.txt" "$HERE/icons.txt" "$HERE/icons.py" | short_hash)
  [ "$KIND" = run ] || wanted=$wanted-dev
  if [ -s "$STATIC/icons.svg" ] && [ "$(cat "$NPM_DIR/copied" 2>/dev/null)" = "$wanted" ]; then
    step "front end" "there already"
    return 0
  fi
  find_npm
  omit=
  [ "$KIND" = dev ] || omit=--omit=dev
  mkdir -p "$NPM_DIR"
  cp "$HERE/npm/package.json" "$HERE/npm/package-lock.json" "$HERE/npm/.npmrc" "$NPM_DIR/"
  # shellcheck disable=SC2086 # nothing or one word
  attempt "fetching font, icons and scripts" "$AGAIN" run_npm ci --prefix "$NPM_DIR" --ignore-scripts --no-audit --no-fund $omit
  attempt "copying what the pages load" "see the end of the log" copy_vendor
  echo "$wanted" >"$NPM_DIR/copied"
  step "front end" "font, icons and scripts are in place"
}

copy_vendor() {
  while read -r from to; do
    case $from in '' | '#'*) continue ;; esac
    mkdir -p "$(dirname "$STATIC/$to")" || return 1
    cp "$NPM_DIR/node_modules/$from" "$STATIC/$to" || return 1
  done <"$HERE/vendor.txt"
  "$PYTHON" "$HERE/icons.py" "$NPM_DIR/node_modules/lucide-static/icons" "$STATIC/icons.svg"
}
