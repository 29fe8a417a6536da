#!/usr/bin/env bash
# What users with other capabilities may do: each of 25 users runs the same commands of ceph, rados and rbd; a line for each: user,
# command, exit code, errors named. Run on two clusters and compare:
#   users.sh OURS/ceph.conf > ours; users.sh THEIRS/ceph.conf > theirs; diff ours theirs
# It makes pools capa and capb and users client.c01 to client.c25.
set -u
export CEPH_CONF CEPH_ARGS='--admin-socket= --log-file=/dev/null'
CEPH_CONF=$(realpath "$1")
work=$(mktemp -d) && cd "$work" || exit
trap 'rm -rf "$work"' EXIT
for p in capa capb; do ceph osd pool create $p 8 >/dev/null 2>&1; ceph osd pool application enable $p rbd >/dev/null 2>&1; done
ceph osd pool application set capb rbd team blue >/dev/null 2>&1
echo data > x
rados -p capa put pub.o x; rados -p capb put pub.o x; rados -p capa -N ns1 put pub.o x; rados -p capa put rbd_children x 
rbd pool init capa 2>/dev/null; rbd create --size 8M capa/img 2>/dev/null
u() { n=$1; shift; ceph auth rm client.$n >/dev/null 2>&1; ceph auth get-or-create client.$n "$@" -o $n.keyring 2>/dev/null || echo "user $n refused"; }
u c01 mon 'allow r'
u c02 mon 'allow r' osd 'allow r'
u c03 mon 'allow r' osd 'allow rw pool=capa'
u c04 mon 'allow r' osd 'allow rwx pool=capa'
u c05 mon 'allow r' osd 'allow class-read object_prefix rbd_, allow rwx pool=capb'
u c06 mon 'allow r' osd 'allow rw pool=capa namespace=ns1'
u c07 mon 'allow r' osd 'allow rw pool=capa object_prefix pub'
u c08 mon 'allow r' osd 'allow rw tag rbd team=blue'
u c09 mon 'allow r' osd 'allow rw tag rbd *=*'
u c10 mon 'profile rbd' osd 'profile rbd pool=capa' mgr 'profile rbd pool=capa'
u c11 mon 'profile rbd-read-only' osd 'profile rbd-read-only pool=capa'
u c12 mon 'allow r, allow command "osd pool create"' osd 'allow rw network 10.0.0.0/8'
u c13 mon 'allow rw' osd 'allow rw network 127.0.0.0/8'
u c14 mon 'allow command "osd pool ls", allow command "get_command_descriptions"'
u c15 osd 'allow *'
u c16 mon 'profile bootstrap-osd'
u c17 mon 'profile osd' osd 'allow *'
u c18 mon 'profile mgr' mgr 'allow r'
u c19 mon 'allow *'
u c20 mon 'allow r' osd 'allow class rbd rwx, allow r pool=capa' mgr 'allow r'
u c21 mon 'allow r' osd 'profile crash' mgr 'profile crash'
u c22 mon 'allow rx' osd 'allow x pool=capa, allow r pool=capb' mgr 'allow rw'
u c23 mon 'allow r network 10.0.0.0/8' osd 'allow *'
u c24 mon 'profile simple-rados-client' osd 'allow rw pool=capa'
u c25 mon 'allow service osd r, allow service mon r' osd 'allow rw pool=capa namespace=ns*'
run() { n=$1; shift; out=$(timeout -s KILL 25 "$@" -n client.$n --keyring $n.keyring 2>&1 </dev/null); rc=$?; t=$(echo "$out" | grep -o -E "E?(ACCES|PERM)\b|\([0-9]+\) [A-Z][a-z ]+|access denied|Error E[A-Z]+" | sort -u | head -3 | tr '\n' ';'); echo "$n | ${*} | $rc | $t"; }
for n in c01 c02 c03 c04 c05 c06 c07 c08 c09 c10 c11 c12 c13 c14 c15 c16 c17 c18 c19 c20 c21 c22 c23 c24 c25; do
  for k in "ceph --connect-timeout 8 fsid" "ceph --connect-timeout 8 osd dump" "ceph --connect-timeout 8 osd pool ls" "ceph --connect-timeout 8 osd pool set capa nosuch 1" "ceph --connect-timeout 8 auth get client.c01" "ceph --connect-timeout 8 config-key get nosuch" "ceph --connect-timeout 8 osd blocklist add 10.9.9.9:0/1" "ceph --connect-timeout 8 auth rm client.nobodyhome" "ceph --connect-timeout 8 pg stat" "ceph --connect-timeout 8 log hello" "ceph --connect-timeout 8 config get osd.0 osd_max_backfills" "ceph --connect-timeout 8 tell osd.0 version"; do run $n $k; done
  if [[ $n != c14 && $n != c15 && $n != c23 ]]; then
  for k in "rados -p capa get pub.o /dev/null" "rados -p capa put pub.$n x" "rados -p capb get pub.o /dev/null" "rados -p capb put pub.$n x" "rados -p capa -N ns1 put pub.$n x" "rados -p capa put priv.$n x" "rados -p capa ls" "rados -p capa stat rbd_children" "rados -p capa lock info pub.o l" "rados -p capa mksnap s$n" "rbd ls capa" "rbd info capa/img" "rbd create --size 4M capa/i$n" "rbd snap create capa/img@$n"; do run $n $k; done; fi
done
