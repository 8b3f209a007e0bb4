#!/bin/sh
# A PostgreSQL server of one's own on a free port of the loopback address, with its data in a folder:
#   postgres-server.sh start <folder>   makes the data where there are none, starts it, and prints its URL
#   postgres-server.sh stop <folder>    stops it at once; it can be started again, on the same port
# Where no server is installed and this runs as root on Debian, it is installed.
set -eu

say() {
  printf 'postgres-server: %s\n' "$*" >&2
}

action=${1:-}
folder=${2:-}
case $action in
  start | stop) ;;
  *) folder= ;;
esac
if [ -z "$folder" ]; then
  say 'say start or stop, and a folder'
  exit 2
fi

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

if [ "$action" = stop ]; then
  cd "$folder"
  as_owner "$tools/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1
  exit
fi

if [ "$(id -u)" = 0 ]; then
  id postgres >/dev/null 2>&1 || useradd --system postgres
  chown postgres "$folder"
fi
cd "$folder"

free_port() {
  node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

start() {
  as_owner "$tools/pg_ctl" -D "$folder/data" -w -t 30 -l "$folder/log" \
    -o "-h 127.0.0.1 -p $1 -k '$folder' -c fsync=off" start >/dev/null 2>&1
}

if [ ! -d "$folder/data" ]; then
  as_owner "$tools/initdb" -D "$folder/data" -U drawbridge -A trust -E UTF8 --no-sync >"$folder/initdb.log" 2>&1 || {
    cat "$folder/initdb.log" >&2
    exit 1
  }
fi
# Another program may take the port between its finding and its use.
for attempt in 1 2 3; do
  if [ -f "$folder/port" ]; then port=$(cat "$folder/port"); else port=$(free_port); fi
  if start "$port"; then
    printf '%s\n' "$port" >"$folder/port"
    printf 'postgres://drawbridge@127.0.0.1:%s/postgres\n' "$port"
    exit
  fi
  say "attempt $attempt to start the server failed"
done
cat "$folder/log" >&2
exit 1
