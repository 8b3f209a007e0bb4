#!/bin/sh
# Runs the tests of the PostgreSQL store against a server of its own: started on a free port of the loopback address,
# with its data in a temporary folder, and removed afterwards. More arguments go to jest.
set -eu

cd "$(dirname "$0")/.."

say() {
  printf 'test-postgres: %s\n' "$*" >&2
}

find_tools() {
  for tools in $(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -rV); do
    if [ -x "$tools/initdb" ] && [ -x "$tools/pg_ctl" ]; then
      printf '%s' "$tools"
      return
    fi
  done
  if command -v initdb >/dev/null && command -v pg_ctl >/dev/null; then dirname "$(command -v initdb)"; fi
}

tools=$(find_tools)
if [ -z "$tools" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  say 'no PostgreSQL server is installed; installing the package postgresql'
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
  tools=$(find_tools)
fi
if [ -z "$tools" ]; then
  say 'no PostgreSQL server is installed: install one (Debian: apt-get install postgresql), then run this again'
  exit 1
fi

# The server refuses to run as root.
as_owner() {
  if [ "$(id -u)" != 0 ]; then
    "$@"
  elif command -v runuser >/dev/null; then
    runuser -u postgres -- "$@"
  else
    su postgres -s /bin/sh -c 'exec "$@"' -- sh "$@"
  fi
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/drawbridge-postgres.XXXXXX")
started=
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$started" ]; then
    (cd "$folder" && as_owner "$tools/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1) ||
      say 'the server did not stop'
  fi
  rm -rf "$folder"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || useradd --system postgres
  chown postgres "$folder"
fi

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

start() {
  (cd "$folder" && as_owner "$tools/pg_ctl" -D "$folder/data" -w -t 30 -l "$folder/log" \
    -o "-h 127.0.0.1 -p $1 -k '$folder' -c fsync=off" start >/dev/null 2>&1)
}

(cd "$folder" && as_owner "$tools/initdb" -D "$folder/data" -U drawbridge -A trust -E UTF8 --no-sync >"$folder/initdb.log" 2>&1) || {
  cat "$folder/initdb.log" >&2
  exit 1
}
# Another program may take the port between its finding and its use.
for attempt in 1 2 3; do
  port=$(free_port)
  if start "$port"; then
    started=yes
    break
  fi
  say "attempt $attempt to start the server failed"
done
if [ -z "$started" ]; then
  cat "$folder/log" >&2
  exit 1
fi

TEST_DATABASE_URL="postgres://drawbridge@127.0.0.1:$port/postgres"
export TEST_DATABASE_URL
npx jest test/stores/postgres.test.ts "$@"
