#!/usr/bin/env bash
# Makes the start-up cache: a short run of a cluster, under load where Ceph's client is at hand, whose loaded
# classes and profiles are kept, so that what serves clients is compiled at once when a daemon starts.
# ./inkfish uses the cache while it is newer than the build.
#   scripts/aot.sh [PORT [PROGRAM FILE]]     of another inkfish, into another file
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
program=${2:-$here/inkfish}
file=${3:-$here/apps/inkfish/target/inkfish.aot}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
port=${1:-53310}
INKFISH_JAVA_OPTS="-XX:AOTCacheOutput=$work/inkfish.aot" \
  "$program" up --dir "$work/cluster" --port "$port" >"$work/log" 2>&1 &
pid=$!
for ((i = 0; i < 600; i++)); do
  grep -q HEALTH_ "$work/log" && break
  kill -0 "$pid" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
if command -v rados >/dev/null; then
  export CEPH_CONF=$work/cluster/ceph.conf
  ceph osd pool create training 16 >/dev/null 2>&1
  for load in "write -b 4096 -t 16 --no-cleanup" "rand -t 16" "write -b 4194304 -t 4 --no-cleanup --run-name large" \
    "seq -t 4 --run-name large"; do
    rados -p training bench 4 $load >/dev/null
  done
fi
kill "$pid"
wait "$pid" || true
[[ -s $work/inkfish.aot ]] || { tail -5 "$work/log" >&2; exit 1; }
mv "$work/inkfish.aot" "$file"
