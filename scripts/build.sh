#!/usr/bin/env bash
# Compiles everything and lays the jars in apps/inkfish/target/lib. One build at a time: a second one waits for the first.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/scripts/jdk.sh"
. "$here/scripts/packages.sh"
command -v mvn >/dev/null || need maven
cd "$here"
export MAVEN_OPTS="${MAVEN_OPTS:-} -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
mkdir -p apps/inkfish/target
exec 9>apps/inkfish/target/.building
flock 9
# Not written over: a cluster that runs keeps the files it has opened.
rm -rf apps/inkfish/target/lib
# Maven's own libraries make the JVM warn about itself; that is not about this build.
mvn -q -B -Dstyle.color=never -T2 -pl apps/inkfish -am -DskipTests package \
  2> >(grep -v -e sun.misc.Unsafe -e 'Please consider reporting this to the maintainers' >&2)
# RocksDB's own library, beside its jar: else each daemon unpacks it for itself, and leaves it behind when it is killed.
case $(uname -m) in x86_64) native=linux64 ;; aarch64) native=linux-aarch64 ;; *) native=linux-$(uname -m) ;; esac
(cd apps/inkfish/target/lib && "$JAVA_HOME/bin/jar" xf rocksdbjni-*.jar "librocksdbjni-$native.so")
touch apps/inkfish/target/.built
