# shellcheck shell=sh disable=SC2034 # the names here are for those who source it
# Words, log and small helpers of provisioning/run and provisioning/test. Sourced, never run.
# Owns how set-up talks and how it fails; what it does is in setup.sh. Everything is written to
# the folder build/ of the checkout and to the cache, nothing to the machine's own settings.

ROOT=$(cd "$(dirname "$0")/.." && pwd)
BUILD=$ROOT/build
VENV=$ROOT/.venv
LOG=$BUILD/setup.log
CACHE=${QUARTIER_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/quartier}
CHECK_ONLY=${CHECK_ONLY:-no}

say() { printf '%s\n' "$*"; }

# One line per step: its name, what happens, and why it was needed.
step() { printf '  %-20s %s\n' "$1" "$2"; }

# Every failure says what happened and what would help, and where the details are.
fail() { # WHAT REMEDY
  printf '\nSet-up stopped: %s\n  What helps: %s\n' "$1" "$2" >&2
  if [ "$CHECK_ONLY" = no ] && [ -s "$LOG" ]; then
    printf '  Details:    %s\n' "$LOG" >&2
  fi
  exit 1
}

# Runs a command with its output in the log; when it fails, shows the end of it and stops.
attempt() { # WHAT REMEDY COMMAND...
  what=$1
  remedy=$2
  shift 2
  printf '\n== %s: %s\n' "$what" "$*" >>"$LOG"
  if "$@" >>"$LOG" 2>&1 </dev/null; then
    return 0
  fi
  tail -n 15 "$LOG" | sed 's/^/    | /' >&2
  fail "$what did not succeed." "$remedy"
}

have() { command -v "$1" >/dev/null 2>&1; }

# The hash of everything on standard input, short enough for a folder name.
short_hash() { sha256sum | cut -c1-16; }

seconds_since() { echo $(($(date +%s) - $1)); }

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  else
    sudo "$@"
  fi
}

# Installs Debian packages, after saying which and why. The lock of apt is waited for: on a fresh
# machine an automatic update often holds it in the first minutes.
install_packages() { # NAME... ; the reasons were said by the caller
  if [ "$(id -u)" != 0 ] && ! have sudo; then
    fail "packages are missing and this user may not install them." \
      "as root: apt-get install $*   then start again as yourself."
  fi
  have apt-get || fail "this is not a Debian system (no apt-get)." \
    "install what corresponds to: $*   then start again."
  wait_and_retry='-o DPkg::Lock::Timeout=600 -o Acquire::Retries=5'
  again="check the network and the package sources of this machine, then start again."
  attempt "repairing an interrupted installation" "look at: dpkg --audit" \
    as_root env DEBIAN_FRONTEND=noninteractive dpkg --configure -a
  # shellcheck disable=SC2086 # the options are several words
  attempt "reading the package lists" "$again" as_root apt-get $wait_and_retry update
  # shellcheck disable=SC2086
  attempt "installing packages" "$again" as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get $wait_and_retry install -y --no-install-recommends "$@"
}

# Two set-ups at once would write the same folders; the second one waits for the first.
one_at_a_time() {
  mkdir -p "$BUILD"
  exec 9>"$BUILD/setup.lock"
  if have flock && ! flock -n 9; then
    step "waiting" "another set-up of this checkout is at work"
    flock 9
  fi
}

enough_space() { # FOLDER MEGABYTES
  mkdir -p "$1"
  free=$(df -Pm "$1" | awk 'NR == 2 { print $4 }')
  [ "$free" -ge "$2" ] || fail "only $free MB are free under $1, $2 MB are needed." \
    "free some space, or name another folder: QUARTIER_CACHE=/folder sh provisioning/run"
}
