# Sourced by the scripts that run Ceph's own tests: a cluster to run them on, and the surroundings they expect. Before that
# `here` is the scripts' folder and `logs` where output goes, or empty.
. "$here/packages.sh"
work=$(mktemp -d)
logs=${logs:-$(mktemp -d)}
mkdir -p "$work/bin" "$logs"
sure=--yes-i-really-really-mean-it
failed=0

qa_finish() {
  [[ -d $work/data ]] && "$here/../inkfish" down --dir "$work/data"
  rm -rf "$work"
}
trap qa_finish EXIT

# The cluster that CEPH_CONF names, ours or a real one; without it a fresh one, at the given port.
qa_cluster() {
  if [[ ! ${CEPH_CONF:-} ]]; then
    "$here/../inkfish" up --dir "$work/data" --port "$1" --detach || exit
    export CEPH_CONF=$work/data/ceph.conf
  fi
}

# The scripts call programs by names that the distribution does not have, or that would be another Python's.
qa_programs() {
  local name
  for name in python python3; do
    printf '#!/bin/sh\nexec /usr/bin/python3 "$@"\n' >"$work/bin/$name"
  done
  printf '#!/bin/sh\nexec /usr/bin/python3 -m nose "$@"\n' >"$work/bin/nosetests"
  command -v sudo >/dev/null || printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
  chmod +x "$work"/bin/*
  export PATH=$work/bin:$PATH PYTHONDONTWRITEBYTECODE=1
  unset CEPH_ARGS
}

# Runs `run` with each of the names.
qa_all() {
  local each
  for each in "$@"; do
    run "$each" || failed=$((failed + 1))
  done
  ceph osd pool rm rbd rbd $sure >/dev/null 2>&1
  ((failed == 0)) || echo "$failed failed, output in $logs"
  ((failed == 0))
}
