#!/bin/sh
# Runs inside a fresh system, as the user who cloned the repository: see fresh-root.
# Tries what a person does: look first, start the demo, open its page, stop it, start it again
# quickly; then the test command.
set -eu
TASK=${1:-all}
OUTPUT=$(mktemp)

stop() { echo "FAILED in the fresh system: $1" >&2; exit 1; }

look_first() {
  if sh provisioning/run --check; then
    stop "--check says that everything is ready on a bare system"
  fi
  [ -z "$(find . -name build -o -name .venv)" ] || stop "--check changed something"
}

# Starts the demo, waits for its first page, stops it by Ctrl-C. Prints the seconds it took.
try_demo() { # SECONDS_MAX
  started=$(date +%s)
  : >"$OUTPUT"
  # A background job ignores Ctrl-C unless something like env resets it.
  env --default-signal=INT sh provisioning/run >"$OUTPUT" 2>&1 &
  demo=$!
  until opened; do
    kill -0 "$demo" 2>/dev/null || { cat "$OUTPUT"; stop "the demo ended by itself"; }
    [ $(($(date +%s) - started)) -lt "$1" ] || { cat "$OUTPUT"; stop "no page within $1 s"; }
    sleep 0.3
  done
  cat "$OUTPUT"
  echo "First page after $(($(date +%s) - started)) s."
  kill -INT "$demo"
  status=0
  wait "$demo" || status=$?
  case $status in 0 | 130) ;; *) stop "Ctrl-C ended the demo with status $status" ;; esac
  if opened; then stop "a server of the demo still answers after Ctrl-C"; fi
}

opened() {
  address=$(grep -o 'http://[^ ]*' "$OUTPUT" | head -n 1)
  [ -n "$address" ] && .venv/bin/python -c \
    'import sys, urllib.request as r; r.urlopen(sys.argv[1], timeout=5).read()' "$address" 2>/dev/null
}

case $TASK in
setup)
  look_first
  sh provisioning/test --setup
  ;;
run | all)
  look_first
  try_demo 900
  echo "--- and again:"
  try_demo 15
  ;;
esac
case $TASK in
test | all) sh provisioning/test ;;
esac
