# shellcheck shell=sh disable=SC2034 # some names are for provisioning/test
# The blocks of provisioning/test. Sourced after setup.sh. A block is a function whose exit status
# is its result; one that cannot run here calls `skip` with the reason. Each goes on to its end
# even when something in it failed, so that one run tells everything.

GATE="lint unit simulation crash browser provisioning"
FRESH="fresh12 fresh13 aarch64"
RESULTS=$BUILD/results
SKIPPED=77 # exit status of a block that could not run here

skip() { # REASON
  printf '%s\n' "$1" >"$RESULTS/$block.reason"
  return $SKIPPED
}

run_blocks() { # "NAME ..."
  rm -rf "$RESULTS"
  mkdir -p "$RESULTS"
  cd "$ROOT" || return 1
  PATH=$VENV/bin:$PATH
  for block in $1; do
    say ""
    say "=== $block"
    block_began=$(date +%s)
    status=0
    ("block_$block") || status=$?
    printf '%s\t%s\t%s\n' "$block" "$(seconds_since "$block_began")" "$status" >>"$RESULTS/blocks.tsv"
  done
  say ""
  "$VENV/bin/python" "$HERE/summary.py" "$RESULTS"
}

# --- lint ------------------------------------------------------------------------------------

check() { # NAME COMMAND...
  name=$1
  shift
  if output=$("$@" 2>&1); then
    step "$name" "ok"
    return 0
  fi
  step "$name" "FAILED: $*"
  printf '%s\n' "$output" | sed 's/^/    | /'
  printf '%s\n' "$name" >>"$RESULTS/lint.failed"
}

scripts() { grep -lE '^#!/bin/sh|^# shellcheck shell=sh' .ci/* provisioning/* provisioning/*/* 2>/dev/null; }

block_lint() {
  check "format" ruff format --check .
  check "rules" ruff check --output-format concise .
  check "imports" lint-imports
  check "types" mypy
  check "templates" djlint node --lint --quiet
  check "spelling" codespell .ci docs node provisioning tests
  check "dead code" vulture
  if have shellcheck; then
    # shellcheck disable=SC2046 # one word per script
    check "scripts" shellcheck -x $(scripts)
  else
    printf 'scripts: shellcheck is not installed\n' >"$RESULTS/lint.reason"
  fi
  [ ! -e "$RESULTS/lint.failed" ]
}

# --- tests -----------------------------------------------------------------------------------

# 5 is pytest's word for "no test of this kind": not a pass, but not a failure either.
pytest_block() { # ARGUMENTS...
  status=0
  python -m pytest -rs --junitxml "$RESULTS/$block.xml" "$@" || status=$?
  if [ "$status" = 5 ]; then
    skip "there is no test of this kind yet"
  else
    return "$status"
  fi
}

block_unit() { pytest_block -n 2; }

block_simulation() { pytest_block -n 2 -m slow --ignore tests/crash; }

# One after the other: each of these keeps both cores busy with processes of its own.
block_crash() { pytest_block -m slow tests/crash; }

block_browser() {
  have chromium || skip "Chromium is not installed" || return
  pytest_block -m browser
}

block_provisioning() { pytest_block -m provisioning; }

# --- fresh systems ---------------------------------------------------------------------------

fresh() { # RELEASE
  [ "$(id -u)" = 0 ] || skip "needs root to make a root folder of another system" || return
  have mmdebstrap || skip "mmdebstrap is not installed: apt-get install mmdebstrap" || return
  sh "$HERE/fresh-root" "$1"
}

block_fresh12() { fresh 12; }
block_fresh13() { fresh 13; }

block_aarch64() {
  [ "$(id -u)" = 0 ] || skip "needs root to unpack another system" || return
  [ "$(uname -m)" = x86_64 ] || skip "this machine is no x86_64: nothing to emulate" || return
  for tool in mmdebstrap qemu-aarch64-static aarch64-linux-gnu-gcc; do
    have "$tool" || skip "$tool is not installed, see provisioning/aarch64" || return
  done
  sh "$HERE/aarch64"
}
