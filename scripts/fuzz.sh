#!/usr/bin/env bash
# Gives decoders, parsers and handshakes input that is guided by coverage (Jazzer), beginning with the kept corpus:
#   scripts/fuzz.sh [TARGET|all [SECONDS]]     60 seconds for each target, if nothing else is said
# What reaches new code joins the corpus in testing/codecs/src/test/corpus, which ./test runs. What is a fault is printed;
# its input is left in testing/codecs/target/fuzz/TARGET, and belongs into the corpus when it is mended.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/scripts/jdk.sh"
cd "$here"
mvn -q -B -Pfuzz -pl testing/codecs -am test-compile dependency:build-classpath -Dmdep.outputFile=target/fuzz.classpath
cd testing/codecs
path=target/test-classes:$(cat target/fuzz.classpath)
corpus() {
  "$JAVA_HOME/bin/java" -Xmx512m -cp "$path" dev.inkfish.codecs.fuzz.Corpus "$@"
}
instrumented=$(printf 'dev.inkfish.%s.**:' wire osdmap crush cephx messenger command conf objclass)
targets=${1:-all}
[[ $targets == all ]] && targets=$(corpus list)
status=0
for target in $targets; do
  work=target/fuzz/$target
  rm -rf "$work"
  mkdir -p "$work"/{found,merged}
  corpus unpack "$target" "$work/seeds"
  run() {
    "$JAVA_HOME/bin/java" -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
      -Dfuzz.target="$target" -cp "$path" com.code_intelligence.jazzer.Jazzer \
      --target_class=dev.inkfish.codecs.fuzz.Fuzzer --instrumentation_includes="$instrumented" \
      --keep_going=20 --reproducer_path="$work" \
      -artifact_prefix="$work/" -rss_limit_mb=3000 -timeout=5 -max_len=16384 "$@"
  }
  echo "== $target, ${2:-60} seconds"
  run -max_total_time="${2:-60}" -print_final_stats=1 "$work/found" "$work/seeds" >"$work/log" 2>&1 || status=1
  grep -E "^== Java|^\tat dev|INITED|stat::number_of_executed_units|^ALARM|^SUMMARY|libFuzzer: " "$work/log" | grep -v codecs.fuzz | head -n 60 || true
  grep -E '^#[0-9]+.*cov:' "$work/log" | tail -n 1 || true
  run -merge=1 "$work/merged" "$work/seeds" "$work/found" >"$work/merge.log" 2>&1 || true
  corpus pack "$target" "$work/merged"
done
exit $status
