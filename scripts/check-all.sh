#!/bin/bash
# Every promise that a tool can keep, in under a minute. All of them are looked at, also after one was broken; each that
# was broken names the command that mends it.
set -u

cd "$(dirname "$0")/.."

broken=()

check() {
  local script=$1 mend=$2 started=$SECONDS log
  log=$(mktemp "${TMPDIR:-/tmp}/drawbridge-check.XXXXXX")
  if npm run --silent "$script" >"$log" 2>&1; then
    printf 'kept    %s (%d s)\n' "$script" $((SECONDS - started))
  else
    cat "$log"
    printf 'BROKEN  %s: %s\n' "$script" "$mend"
    broken+=("$script: $mend")
  fi
  rm -f "$log"
}

check types 'mend the types; npm run types tells the places'
check lint 'npm run lint:fix'
check floors 'move the import, or the file: docs/architecture.md tells who may import whom'
check dead 'delete what nothing uses; npm run dead tells what'
check schema:check 'npm run schema'
check codegen:check 'npm run codegen'
check vendors:check 'npm run vendors:docs'
check docs:check 'mend the page that the test names; npm run docs:check tells the places'

if [ ${#broken[@]} -gt 0 ]; then
  printf '\n%d of 8 promises are broken:\n' ${#broken[@]}
  printf '  %s\n' "${broken[@]}"
  exit 1
fi
printf 'all 8 promises are kept\n'
