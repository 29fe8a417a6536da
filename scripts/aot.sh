#!/usr/bin/env bash
# Makes the start-up cache: a short run of a cluster in memory, whose loaded classes and profiles are kept.
# ./inkfish uses the cache while it is newer than the build.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$here/apps/inkfish/target
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
port=${1:-53310}
INKFISH_JAVA_OPTS="-XX:AOTCacheOutput=$work/inkfish.aot" \
  "$here/inkfish" up --dir "$work/cluster" --port "$port" --memory >"$work/log" 2>&1 &
pid=$!
for ((i = 0; i < 600; i++)); do
  grep -q HEALTH_ "$work/log" && break
  kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
kill "$pid"
wait "$pid" || true
[[ -s $work/inkfish.aot ]] || { tail -5 "$work/log" >&2; exit 1; }
mv "$work/inkfish.aot" "$target/inkfish.aot"
