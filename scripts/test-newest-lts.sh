#!/bin/sh
# Runs the built service with the newest LTS line of Node.js, and with another line that is in support: each from the
# npm package "node", in a temporary folder. What is proved: it starts from an empty folder on a free port, answers a
# query over all three vendors, and ends with 0 on SIGTERM. More majors may be given as arguments.
set -eu

newest_lts=24
others=22

cd "$(dirname "$0")/.."
project=$(pwd)

say() {
  printf 'test-newest-lts: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

folder=$(mktemp -d "${TMPDIR:-/tmp}/drawbridge-lts.XXXXXX")
service=
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$service" ]; then kill -KILL "$service" 2>/dev/null || true; fi
  rm -rf "$folder"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

# Asks with the Node.js under test itself: there is no other tool that is surely here.
cat >"$folder/ask.js" <<'SCRIPT'
const [, , url] = process.argv;
const query = '{ fleet { byVendor { value count } problems { code } } devices(first: 500) { nodes { remoteAccesses { id } sessions { id } vpnStatus { connected } } } }';
(async () => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await answer.json();
  const vendors = data?.fleet.byVendor.map(({ value }) => value).sort().join(' ');
  if (errors || data.fleet.problems.length > 0 || vendors !== 'EVERYWARE REMOTE_IT TELTONIKA_RMS') {
    throw new Error(`the answer is not as it should be: ${JSON.stringify({ errors, vendors })}`);
  }
  console.log(`${data.devices.nodes.length} devices of ${vendors}`);
})().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
SCRIPT

install() {
  mkdir -p "$folder/$1"
  # The package brings the right binary by a script of its own.
  npm install --prefix "$folder/$1" --no-audit --no-fund --no-save --ignore-scripts=false --loglevel=error "node@$1" >&2
}

# Waits for the ready line and prints the URL in it.
ready_url() {
  for _ in $(seq 300); do
    url=$(sed -n 's/.*"url":"\([^"]*\)".*"msg":"ready".*/\1/p' "$1/log")
    if [ -n "$url" ]; then
      printf '%s' "$url"
      return
    fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  return 1
}

run_with() {
  node=$folder/$1/node_modules/node/bin/node
  [ -x "$node" ] || fail "the package node@$1 brought no binary for this machine"
  say "Node.js $("$node" --version)"
  mkdir "$folder/$1/empty"
  (cd "$folder/$1/empty" && exec env PORT=0 "$node" "$project/dist/main.js" >"$folder/$1/log" 2>"$folder/$1/errors") &
  service=$!
  url=$(ready_url "$folder/$1" "$service") || {
    cat "$folder/$1/log" "$folder/$1/errors" >&2
    fail 'the service did not become ready'
  }
  answer=$("$node" "$folder/ask.js" "$url") || fail 'the query was not answered as it should be'
  say "$answer"
  kill -TERM "$service"
  code=0
  wait "$service" || code=$?
  service=
  [ "$code" = 0 ] || fail "the service ended with $code on SIGTERM"
  if [ -s "$folder/$1/errors" ]; then
    cat "$folder/$1/errors" >&2
    fail 'the service wrote to its standard error'
  fi
}

npm run --silent build >&2

install "$newest_lts" || fail "node@$newest_lts could not be installed"
run_with "$newest_lts"

for major in $others "$@"; do
  if install "$major" 2>"$folder/why"; then
    run_with "$major"
  else
    say "node@$major is not to be had here, and is left out: $(tail -n 1 "$folder/why")"
  fi
done
say 'all well'
