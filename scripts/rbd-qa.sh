#!/usr/bin/env bash
# RBD at length: the exerciser with many seeds, then Ceph's own scripts (qa/workunits/rbd) that need no kernel device.
#   [CEPH_SOURCE=TREE] [CEPH_CONF=FILE] [RBD_SEEDS=1-60] ./test --rbd-qa [--logs DIR] [SCRIPT…]
# CEPH_CONF names the cluster, ours or a real one; without it a fresh one is started. CEPH_SOURCE is a checkout of Ceph with
# qa/ and src/test; without it its scripts are left out. Each script has a pool `rbd` and a directory of its own; a line for
# each: ok, FAIL or absent, its seconds, and the last line of a failed one's output. With SCRIPTs named, only those run.
# What is left out of qa/workunits/rbd, and why, is in docs/testing.md.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
logs=
if [[ ${1:-} == --logs ]]; then
  logs=$2
  shift 2
fi
scripts=(cli_generic.sh import_export.sh diff.sh diff_continuous.sh merge_diff.sh journal.sh permissions.sh rbd_groups.sh
  test_lock_fence.sh verify_pool.sh read-flags.sh qos.sh notify test_admin_socket.sh test_librbd_python.sh
  test_rbd_tasks.sh cli_migration.sh)
only=()
(($#)) && only=("$@") scripts=("$@")
. "$here/qa.sh"
need ceph-common ceph-base python3-rados python3-rbd || exit
qa_cluster "${RBD_QA_PORT:-13300}"
if ((${#only[@]} == 0)); then
  /usr/bin/python3 "$here/../testing/interop/rbd-exerciser" --seeds "${RBD_SEEDS:-1-60}" || failed=1
fi
if [[ ! ${CEPH_SOURCE:-} ]]; then
  echo "CEPH_SOURCE does not name a checkout of Ceph: its scripts are left out"
  exit $failed
fi
need jq xmlstarlet uuid-runtime bc xxd rbd-fuse fuse3 python3-nose qemu-utils qemu-block-extra || exit
qa_programs

script_of() {
  if [[ $1 == notify ]]; then
    echo '"$rbd/notify_master.sh" & master=$!; "$rbd/notify_slave.sh" && wait $master'
  else
    echo '"$rbd/'"$1"'"'
  fi
}

run() {
  local name=$1 log=$logs/${1%.sh}.log start=$SECONDS result=ok
  export rbd=$CEPH_SOURCE/qa/workunits/rbd
  if [[ $name != notify && ! -f $rbd/$name ]]; then
    printf '%-24s absent\n' "$name"
    return 0
  fi
  ceph osd pool rm rbd rbd $sure >/dev/null 2>&1
  ceph osd pool create rbd 8 >/dev/null 2>&1 && rbd pool init rbd
  mkdir -p "$work/$name" && cd "$work/$name" || exit 1
  : >keyring
  KEYRING=$PWD/keyring timeout -k 10 "${RBD_QA_TIMEOUT:-900}" bash -c "$(script_of "$name")" >"$log" 2>&1 </dev/null || result=FAIL
  # Some end early, with success, where they could not measure: not passed.
  [[ $result == ok ]] && grep -qsx 'echo OK' "$rbd/$name" && ! grep -qx OK "$log" && result=FAIL
  cd / && rm -rf "${work:?}/$name"
  printf '%-24s %-5s %4d s\n' "$name" $result $((SECONDS - start))
  [[ $result == ok ]] && return 0
  tail -n 1 "$log" | cut -c 1-150
  return 1
}

qa_all "${scripts[@]}"
