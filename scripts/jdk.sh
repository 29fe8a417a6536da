# Sourced: sets JAVA_HOME to a JDK 25, or says what is missing.
is_jdk25() { [[ -x $1/bin/javac ]] && [[ $("$1/bin/javac" -version 2>&1) == "javac 25"* ]]; }
if ! { [[ -n ${JAVA_HOME:-} ]] && is_jdk25 "$JAVA_HOME"; }; then
  found=
  for candidate in /usr/lib/jvm/*25*; do
    if is_jdk25 "$candidate"; then found=$candidate; break; fi
  done
  if [[ -z $found ]]; then
    echo "inkfish: needs a JDK 25: set JAVA_HOME to one, or install one under /usr/lib/jvm (Temurin 25, for instance)" >&2
    exit 3
  fi
  JAVA_HOME=$found
fi
export JAVA_HOME
