#!/usr/bin/env bash
# Runs what a release's clients can do against the cluster of CEPH_CONF, one line a cell: "name: ok" or "name: FAIL" and why.
# The table "client x feature" of docs/protocol.md is what this printed.   cells.sh   (exit code: the number of failures)
export CEPH_CONF=${CEPH_CONF:?the cluster to run against}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 99
P=cells$RANDOM
failed=0
cell() {
  local name=$1
  shift
  if timeout 180 bash -c "$*" >out 2>&1; then
    echo "$name: ok"
  else
    echo "$name: FAIL"
    tail -5 out
    failed=$((failed + 1))
  fi
}
export P
cell "status, plain and json" "ceph -s && ceph -s -f json | python3 -m json.tool && ceph health detail"
cell "version(s)" "ceph versions && ceph version"
cell "command help" "ceph -h | grep -q 'osd pool create'"
cell "pool create" "ceph osd pool create $P 8 && rbd pool init $P"
cell "auth" "ceph auth get-or-create client.$P mon 'profile rbd' osd 'profile rbd pool=$P' -o k"
cell "tell" "ceph tell osd.0 version"
cell "config" "ceph config set osd osd_max_backfills 2 && ceph config get osd.0 osd_max_backfills && ceph config rm osd osd_max_backfills"
cell "ceph -w 2 s" "timeout 2 ceph -w; true"
cell "rados put/get/ls/stat" "head -c 5000000 /dev/urandom > f && rados -p $P put o f && rados -p $P get o g && cmp f g && rados -p $P ls | grep -qx o && rados -p $P stat o"
cell "rados xattr/omap" "rados -p $P setxattr o a b && rados -p $P getxattr o a && rados -p $P setomapval o k v && rados -p $P listomapvals o"
cell "rados pool snapshots" "ceph osd pool create $P-s 8 && rados -p $P-s put o f && rados -p $P-s mksnap s && rados -p $P-s rm o && rados -p $P-s -s s get o h && cmp f h"
cell "rados bench" "rados -p $P bench 2 write -b 4096 --no-cleanup && rados -p $P bench 1 rand"
cell "python rados" "/usr/bin/python3 -c \"
import rados
c=rados.Rados(conffile='$CEPH_CONF'); c.connect(); i=c.open_ioctx('$P'); i.write_full('p',b'x'); assert i.read('p')==b'x'; i.close(); c.shutdown()\""
cell "rbd create/info/ls/rm" "rbd create $P/a --size 1G && rbd info $P/a && rbd ls -l $P && rbd rm $P/a"
cell "rbd import/export" "rbd import f $P/i && rbd export $P/i e && cmp f e"
cell "rbd snapshots and clones" "rbd snap create $P/i@s && rbd snap protect $P/i@s && rbd clone $P/i@s $P/c && rbd flatten $P/c && rbd snap unprotect $P/i@s && rbd clone --rbd-default-clone-format 2 $P/i@s $P/c2 && rbd children $P/i@s && rbd snap rollback $P/i@s"
cell "rbd export-diff, merge" "rbd export-diff $P/i@s d && rbd create $P/j --size 1M && rbd import-diff d $P/j && rbd du $P/i"
cell "rbd trash" "rbd create $P/t --size 1M && rbd trash mv $P/t && rbd trash ls $P && rbd trash purge $P"
cell "rbd groups" "rbd group create $P/g && rbd group image add $P/g $P/j && rbd group snap create $P/g@s && rbd group snap ls $P/g && rbd group snap rm $P/g@s && rbd group rm $P/g"
cell "rbd namespaces" "rbd namespace create $P/n && rbd create $P/n/a --size 1M && rbd ls $P/n"
cell "rbd migration" "rbd create $P/m --size 8M && rbd migration prepare $P/m $P/m2 && rbd migration execute $P/m2 && rbd migration commit $P/m2"
cell "rbd journal" "rbd create $P/jr --size 8M --image-feature exclusive-lock,journaling && rbd bench --io-type write --io-size 4K --io-total 400K $P/jr && rbd journal info --pool $P --image jr"
cell "rbd bench" "rbd bench --io-type write --io-size 4K --io-total 1M $P/j"
cell "rbd mirror configuration" "rbd mirror pool enable $P image && rbd mirror pool info $P && rbd mirror image enable $P/jr journal && rbd mirror image disable $P/jr && rbd mirror pool disable $P"
cell "python rbd" "/usr/bin/python3 -c \"
import rados,rbd
c=rados.Rados(conffile='$CEPH_CONF'); c.connect(); i=c.open_ioctx('$P'); rbd.RBD().create(i,'py',1<<20)
im=rbd.Image(i,'py'); im.write(b'q'*4096,0); assert im.read(0,4096)==b'q'*4096; im.close(); i.close(); c.shutdown()\""
cell "secure mode" "rados --ms_client_mode secure --ms_mon_client_mode secure -p $P ls"
cell "qemu-img create/convert/info/check" "qemu-img create -f rbd rbd:$P/q:conf=$CEPH_CONF 64M && qemu-img convert -f raw -O raw f rbd:$P/q2:conf=$CEPH_CONF && qemu-img info rbd:$P/q2:conf=$CEPH_CONF && qemu-img snapshot -c s rbd:$P/q2:conf=$CEPH_CONF && qemu-img snapshot -l rbd:$P/q2:conf=$CEPH_CONF && qemu-img resize -f raw rbd:$P/q:conf=$CEPH_CONF 128M"
cell "qemu-io write/discard/flush" "qemu-io -f raw -c 'write -P 5 0 1M' -c 'discard 0 64k' -c flush -c 'read -P 5 64k 64k' rbd:$P/q:conf=$CEPH_CONF"
cell "rados export/import, locks, notify, df" "rados -p $P-s put o f && rados -p $P-s export x && rados -p $P-s import x && rados -p $P lock get o l && rados -p $P lock info o l | grep -q client && (sleep 5 | rados -p $P watch o > seen & sleep 2; rados -p $P notify o hi; wait; grep -q hi seen) && rados df"
cell "ceph: osd, pg, log" "ceph osd df tree && ceph osd pool autoscale-status && ceph osd pool ls detail -f json | python3 -m json.tool && ceph pg dump && ceph pg ls && ceph osd perf && ceph log last 3 && ceph osd dump -f json-pretty && ceph quorum_status && ceph mon dump"
cell "ceph: manager's modules" "ceph mgr module ls && ceph balancer status && ceph progress && ceph device ls && (timeout 4 ceph iostat -p 1; test \$? = 124) && ceph osd status && ceph telemetry status && ceph mgr services"
cell "ceph crash" "ceph crash ls && ceph crash stat && id=2026-01-02T03:04:05.000006Z_11111111-2222-4333-8444-555555555555 && echo '{\"crash_id\": \"'\$id'\", \"timestamp\": \"2026-01-02T03:04:05.000006Z\", \"entity_name\": \"osd.0\"}' | ceph crash post -i - && ceph crash info \$id && ceph crash archive \$id && ceph crash rm \$id"
cell "ceph orch (no orchestrator)" "ceph orch status 2>&1 | grep -q 'No orchestrator configured'; ceph orch ls; test \$? = 2"
cell "rbd perf image iostat" "(timeout 40 rbd bench --io-type write --io-size 4K --io-threads 1 --io-total 1G --rbd-cache=false $P/j > bench & timeout 40 rbd perf image iostat --pool $P --iterations 2 > iostat; kill %1; grep -q j iostat)"
cell "rbd tasks and schedules" "ceph rbd task list && rbd snap create $P/i@t && rbd clone --rbd-default-clone-format 2 $P/i@t $P/ct && ceph rbd task add flatten $P/ct && for k in \$(seq 20); do sleep 1; rbd info $P/ct | grep -q parent || break; done && ! rbd info $P/ct | grep parent && rbd trash purge schedule add --pool $P 1d && rbd trash purge schedule ls --pool $P -R && rbd trash purge schedule rm --pool $P 1d"
cell "rbd mirror snapshots" "rbd mirror pool enable $P image && rbd mirror pool peer add $P client.there@there && rbd create $P/ms --size 8M && rbd mirror image enable $P/ms snapshot && rbd mirror image snapshot $P/ms && rbd mirror image status $P/ms && rbd mirror snapshot schedule add --pool $P --image ms 1h && rbd mirror snapshot schedule ls --pool $P --image ms && rbd mirror pool status $P && rbd mirror pool peer bootstrap create --site-name here $P && rbd mirror image disable $P/ms && rbd mirror pool peer remove $P \$(rbd mirror pool info $P --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"peers\"][0][\"uuid\"])') && rbd mirror pool disable $P"
cell "rbd encryption (luks2)" "echo -n secret > pass && rbd create $P/enc --size 64M && rbd encryption format $P/enc luks2 pass && rbd info $P/enc"
cell "rbd features, object map, sparsify, copies" "rbd feature disable $P/j object-map fast-diff && rbd feature enable $P/j object-map fast-diff && rbd object-map rebuild $P/j && rbd sparsify $P/i && rbd deep cp $P/i $P/i2 && rbd cp $P/i $P/i3 && rbd image-meta set $P/i k v && rbd image-meta list $P/i && rbd resize --allow-shrink --size 2M $P/j && rbd lock add $P/j l && rbd lock ls $P/j && rbd status $P/j && rbd diff $P/i && rbd mv $P/i3 $P/i4 && rbd config image list $P/i && rbd pool stats $P"
cell "rbd migration --import-only" "qemu-img create -f raw src.raw 8M && echo '{\"type\":\"raw\",\"stream\":{\"type\":\"file\",\"file_path\":\"'\$PWD'/src.raw\"}}' > spec && rbd migration prepare --import-only --source-spec-path spec $P/imp && rbd migration execute $P/imp && rbd migration commit $P/imp && rbd info $P/imp"
cell "qemu-img and luks on rbd" "qemu-img create -f rbd --object secret,id=s,data=secret -o encrypt.format=luks2,encrypt.key-secret=s rbd:$P/ql:conf=$CEPH_CONF 64M && qemu-img info rbd:$P/ql:conf=$CEPH_CONF"
cell "qemu-nbd of an rbd image" "qemu-nbd --fork -k \$PWD/nbd.sock -f raw rbd:$P/q:conf=$CEPH_CONF && qemu-io -f raw -c 'write -P 9 0 64k' -c flush nbd+unix:///?socket=\$PWD/nbd.sock && qemu-io -f raw -c 'read -P 9 0 64k' rbd:$P/q:conf=$CEPH_CONF"
cell "pool delete" "ceph osd pool rm $P $P --yes-i-really-really-mean-it && ceph osd pool rm $P-s $P-s --yes-i-really-really-mean-it"
exit $failed
