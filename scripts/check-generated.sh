#!/bin/sh
# Holds a generated file against what the code makes of it now.
# Use: check-generated.sh <file> <command that mends it> <command that prints what should stand there>...
set -eu

file=$1
mend=$2
shift 2

fresh=$(mktemp "${TMPDIR:-/tmp}/drawbridge-generated.XXXXXX")
trap 'rm -f "$fresh"' EXIT

"$@" >"$fresh"
if ! diff -u "$file" "$fresh" >&2; then
  printf '%s is not what the code makes. Mend it with: %s\n' "$file" "$mend" >&2
  exit 1
fi
