#!/bin/sh
# How long it takes from "npm start" in a fresh clone, after "npm ci", to the first answered query. The promise: under
# 15 s on two cores. An argument names another repository.
set -eu

source=${1:-$(cd "$(dirname "$0")/.." && pwd)}
folder=$(mktemp -d "${TMPDIR:-/tmp}/drawbridge-first-answer.XXXXXX")
service=
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$service" ]; then kill -TERM "$service" 2>/dev/null && wait "$service" || true; fi
  rm -rf "$folder"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

git clone --quiet "$source" "$folder/clone"
cd "$folder/clone"
npm ci --no-audit --no-fund --loglevel=error >/dev/null

cat >"$folder/measure.js" <<'SCRIPT'
const { spawn } = require('node:child_process');
const startedAt = performance.now();
const seconds = () => ((performance.now() - startedAt) / 1000).toFixed(1);
const env = { ...process.env, PORT: '0' };
// A group of its own: whatever npm starts below itself ends with it.
const service = spawn('npm', ['start'], { env, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
const stop = () => process.kill(-service.pid, 'SIGTERM');
let printed = '';
service.stdout.on('data', async (part) => {
  const was = printed;
  printed += part;
  const url = /"url":"([^"]+)".*"msg":"ready"/.exec(printed)?.[1];
  if (!url || /"msg":"ready"/.test(was)) return;
  const ready = seconds();
  const body = JSON.stringify({ query: '{ fleet { totalDevices byVendor { value count } } }' });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const { data, errors } = await answer.json();
  console.log(`ready after ${ready} s, ${data?.fleet.totalDevices} devices counted after ${seconds()} s`);
  service.once('exit', () => process.exit(errors ? 1 : 0));
  stop();
});
process.once('SIGTERM', stop);
SCRIPT
node "$folder/measure.js" &
service=$!
code=0
wait "$service" || code=$?
service=
exit "$code"
