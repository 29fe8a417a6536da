#!/usr/bin/env bash
# Compiles everything and lays the jars in apps/inkfish/target/lib.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$here/scripts/jdk.sh"
. "$here/scripts/packages.sh"
command -v mvn >/dev/null || need maven
cd "$here"
export MAVEN_OPTS="${MAVEN_OPTS:-} -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
mvn -q -B -T2 -pl apps/inkfish -am -DskipTests package
touch apps/inkfish/target/.built
