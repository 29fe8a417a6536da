
# Appended by mon-qa.sh to a copy of qa/standalone/ceph-helpers.sh: the tests' daemons are those of the cluster that is there.
function setup() {
  mkdir -p "$1"
  CEPH_ARGS=
}

function teardown() {
  :
}

function run_mon() {
  CEPH_ARGS=
}

function run_mgr() {
  :
}

function run_osd() {
  :
}

function main() {
  local dir=$PWD/td
  shift
  mkdir -p "$dir"
  shopt -s -o xtrace
  run "$dir" "$@"
}
