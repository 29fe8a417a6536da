#!/usr/bin/env bash
# Ceph's own tests of commands: the sections of qa/workunits/cephtool/test.sh, scripts of qa/workunits/mon and functions of
# qa/standalone that need neither MDS nor erasure coding nor tiers.
#   CEPH_SOURCE=TREE [CEPH_CONF=FILE] ./test --mon-qa [--lines] [--logs DIR] [SECTION|SCRIPT|FOLDER/SCRIPT:FUNCTION…]
# mon-qa-edits.sh says what is changed in them.
# CEPH_CONF names the cluster, ours or a real one (three OSDs); without it a fresh one is started. A line for each: ok or FAIL, its
# seconds, and of a failed one the line that failed. --lines goes on after a line that fails and lists all that did, for
# comparing two clusters: lines that a section expects to fail are among them.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
lines='' logs=
while [[ ${1:-} == --* ]]; do
  case $1 in
    --lines) lines=yes ;;
    --logs) logs=$2; shift ;;
    *) echo "unknown option $1" >&2; exit 2 ;;
  esac
  shift
done
[[ -f ${CEPH_SOURCE:-}/qa/workunits/cephtool/test.sh ]] || { echo "CEPH_SOURCE does not name a checkout of Ceph" >&2; exit 2; }
sections=(mon_injectargs mon_injectargs_SI mon_injectargs_IEC auth auth_profiles mon_misc mon_mon mon_priority_and_weight mon_osd
  mon_config_key mon_crush mon_osd_create_destroy mon_osd_pool mon_osd_pool_quota mon_pg mon_osd_pool_set mon_osd_misc mon_tell
  mon_ping mon_caps mon_cephdf_commands mon_pool_application mon_tell_help_command mon_stdin_stdout
  osd_bench osd_negative_filestore_merge_threshold admin_heap_profiler osd_tell_help_command osd_compact per_pool_scrub_status
  mgr_tell mgr_devices
  auth_caps.sh caps.sh caps.py config.sh crush_ops.sh osd.sh pool_ops.sh rbd_snaps_ops.sh ping.py test_config_key_caps.sh
  test_mon_config_key.py mon_deprecated_commands
  # of qa/standalone: those that can do with daemons that are there and run with the options they have
  mon/osd-crush.sh:TEST_{crush_rule_{create_simple,dump,rm},crush_ruleset_match_rule_when_creating,add_ruleset_failed}
  mon/osd-crush.sh:TEST_crush_{rename_bucket,ls_node,reject_empty}
  mon/misc.sh:TEST_osd_pool_get_set
  mon/osd-pool-create.sh:TEST_{erasure_invalid_profile,replicated_pool_with_ruleset,replicated_pool,no_pool_delete,utf8_cli}
  mon/mon-ping.sh:TEST_mon_ping mon/mon-scrub.sh:TEST_mon_scrub mon/mon-created-time.sh:TEST_mon_created_time
  mon/test_pool_quota.sh:TEST_pool_quota
  osd/osd-bench.sh:TEST_bench osd/osd-copy-from.sh:TEST_copy_from osd/osd-markdown.sh:TEST_markdown_boot{,_exceed_time})
(($#)) && sections=("$@")
. "$here/qa.sh"
need ceph-common ceph-base python3-rados jq xmlstarlet uuid-runtime bc || exit
qa_cluster "${MON_QA_PORT:-13300}"
qa_programs
. "$here/mon-qa-edits.sh"
tests=$work/qa/workunits
mkdir -p "$tests"
cp -r "$CEPH_SOURCE/qa/standalone" "$work/qa/"
cp -r "$CEPH_SOURCE/qa/workunits/cephtool" "$CEPH_SOURCE/qa/workunits/mon" "$tests/"
fit "$tests" "$work/qa/standalone"
if [[ $lines ]]; then
  # nothing ends a section but its end; each failing line is noted, those of the helpers at their caller's
  sed -i -e 's/\bset -e$/set +e/; s/\bset -ex$/set +e/; s/^\(\s*\)exit 1$/\1return 1/' \
    -e '4s/.*/set -E; trap '\''[[ ${FUNCNAME[0]:-} == test_* ]] \&\& echo "FAILED $LINENO: $BASH_COMMAND" >>"$QA_FAILED"'\'' ERR; set -x/' \
    "$tests/cephtool/test.sh"
fi

# What the functions of qa/standalone leave: their clusters end with them.
tidy() {
  local pool
  ceph osd pool ls | grep -v device_health_metrics | while read -r pool; do
    ceph osd pool rm "$pool" "$pool" $sure >/dev/null 2>&1
  done
  ceph osd setcrushmap -i "$work/crush" >/dev/null 2>&1
}

run() {
  local name=$1 file=${1//\//.} start=$SECONDS result=ok command
  local log=$logs/$file.log
  export QA_FAILED=$logs/$file.failed
  : >"$QA_FAILED"
  case $name in
    */*.sh:*) command=(env CEPH_ROOT="$work" bash "$work/qa/standalone/${name%:*}" "${name#*:}") ;;
    *.sh) command=("$tests/mon/$name") ;;
    *.py) command=(python "$tests/mon/$name") ;;
    *) command=("$tests/cephtool/test.sh" --asok-does-not-need-root -t "$name") ;;
  esac
  # a section that failed in between leaves this on, and the next ones fail of it
  ceph tell 'mon.*' injectargs --no-mon-debug-deprecated-as-obsolete >/dev/null 2>&1
  ceph osd pool rm rbd rbd $sure >/dev/null 2>&1
  [[ $name == */* ]] && ceph osd getcrushmap -o "$work/crush" >/dev/null 2>&1
  [[ $name == *.* ]] && ceph osd pool create rbd 8 >/dev/null 2>&1
  mkdir -p "$work/$file" && cd "$work/$file" || exit 1
  timeout -k 10 "${MON_QA_TIMEOUT:-600}" "${command[@]}" >"$log" 2>&1 </dev/null || result=FAIL
  cd / && rm -rf "${work:?}/$file"
  [[ $name == */* ]] && tidy
  for id in $(ceph osd ls-tree default 2>/dev/null; ceph osd ls); do echo "$id"; done | sort -n | uniq -u | while read -r id; do
    ceph osd purge "$id" --yes-i-really-mean-it >/dev/null 2>&1 # OSDs that a section made and left behind
  done
  printf '%-40s %-5s %4d s\n' "$name" $result $((SECONDS - start))
  if [[ $lines ]]; then
    cat "$QA_FAILED"
  elif [[ $result != ok ]]; then
    grep -aE '^[^ ]*(test|\.sh):[0-9]+: test_|^\++ (ceph|expect|check|test|grep|rados) ' "$log" | tail -n 2 | sed 's/^.*cephtool/  /' | cut -c 1-200
    return 1
  fi
}

# some make more groups than three OSDs may have
ceph config set global mon_max_pg_per_osd 2000
qa_all "${sections[@]}"
status=$?
ceph config rm global mon_max_pg_per_osd
exit $status
