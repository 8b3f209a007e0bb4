#!/bin/bash
# Every promise that a tool can keep, in under a minute. All of them are looked at, also after one was broken; each that
# was broken names the command that mends it.
set -u

cd "$(dirname "$0")/.."

folder=$(mktemp -d "${TMPDIR:-/tmp}/drawbridge-check.XXXXXX")
trap 'rm -rf "$folder"' EXIT

# Looks at promises one after the other, and leaves for each what was said and how it ended.
look() {
  local script
  for script in "$@"; do
    npm run --silent "$script" >"$folder/$script.log" 2>&1
    echo $? >"$folder/$script.code"
  done
}

# What needs the built service stays together: two builds at once would be in each other's way.
look schema:check vendors:check client:check docs:check &
look types lint floors dead codegen:check schema:lint schema:compat &
wait

broken=()

tell() {
  local script=$1 mend=$2
  if [ "$(cat "$folder/$script.code")" = 0 ]; then
    printf 'kept    %s\n' "$script"
  else
    cat "$folder/$script.log"
    printf 'BROKEN  %s: %s\n' "$script" "$mend"
    broken+=("$script: $mend")
  fi
}

tell types 'mend the types; npm run types tells the places'
tell lint 'npm run lint:fix'
tell floors 'move the import, or the file: docs/architecture.md tells who may import whom'
tell dead 'delete what nothing uses; npm run dead tells what'
tell codegen:check 'npm run codegen'
tell client:check 'mend the examples, or npm run codegen'
tell schema:check 'npm run schema'
tell schema:lint 'mend the schema, or the operation; npm run schema:lint tells the places'
tell schema:compat 'take the break back, or list it in docs/compatibility.md'
tell vendors:check 'npm run vendors:docs'
tell docs:check 'mend the page that the test names; npm run docs:check tells the places'

if [ ${#broken[@]} -gt 0 ]; then
  printf '\n%d of 11 promises are broken (%d s):\n' ${#broken[@]} $SECONDS
  printf '  %s\n' "${broken[@]}"
  exit 1
fi
printf 'all 11 promises are kept (%d s)\n' $SECONDS
