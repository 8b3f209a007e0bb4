#!/bin/sh
# Runs the tests that need PostgreSQL against servers of their own, which are removed afterwards; among them those that
# kill the service in the middle of links (CRASH_ROUNDS: how often). More arguments go to jest.
set -eu

cd "$(dirname "$0")/.."

folder=$(mktemp -d "${TMPDIR:-/tmp}/drawbridge-postgres.XXXXXX")
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -f "$folder/port" ]; then
    sh scripts/postgres-server.sh stop "$folder" || printf 'test-postgres: the server did not stop\n' >&2
  fi
  rm -rf "$folder"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

TEST_DATABASE_URL=$(sh scripts/postgres-server.sh start "$folder")
export TEST_DATABASE_URL
# One after the other: a server takes a hundred connections.
npx jest -w 1 test/stores/postgres.test.ts test/links/stopped-postgres.test.ts test/links/crash "$@"
