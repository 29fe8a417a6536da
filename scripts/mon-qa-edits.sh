# Sourced by mon-qa.sh. The late-2019 tests are of Ceph 15's development; these are the lines that do not fit 16.2.15, or want what
# is not served here (erasure coding), each with the least that makes it fit; lines keep their numbers. Both clusters get them alike.
#   fit DIRECTORY STANDALONE: copies of qa/workunits and qa/standalone
fit() {
  # require-osd-release: 16 refuses to go below what it requires from the start. Erasure-coded pools. Commands that are deprecated:
  # 16 has neither `compact` nor `scrub` any more, but `osd blacklist …`.
  sed -i -e 's/require-osd-release octopus/require-osd-release pacific/' \
    -e '/osd pool create ec_test 1 1 erasure/,/^  set -e/s/.*//' -e '/osd pool delete ec_test/s/.*//' \
    -e '/osd pool create erasure 16 16 erasure foo/s/.*//' -e '/expect_false ceph osd erasure-code-profile rm foo/s/.*//' \
    -e '/osd pool delete erasure erasure/s/.*//' \
    -e '/osd pool create pool_erasure 1 1 erasure/,/osd pool get pool_erasure erasure_code_profile/s/.*//' \
    -e 's/expect_false ceph compact/expect_false ceph osd blacklist ls/' \
    -e 's/expect_false ceph scrub/expect_false ceph osd blacklist clear/' \
    "$1/cephtool/test.sh"
  sed -i -e '/osd pool create ec-foo/s/.*//' "$1/mon/crush_ops.sh"
  # 16 wants another option and a confirmation for one copy.
  sed -i -e 's/create fooo 123 123 erasure default/create fooo 123 123 replicated/' -e '/osd pool set foo size 1$/s/.*//' "$1/mon/pool_ops.sh"
  # Of 300 s, which each of two commands is expected to wait in vain.
  sed -i -e 's/rados-mon-op-timeout=300/rados-mon-op-timeout=15/' "$1/mon/caps.sh"
  # 16 says that the value is one of several, and keeps no osd_data among the monitors: another option that the file has.
  sed -i -e "s/grep 'override mon'/grep 'override.*mon'/" -e 's/osd_data testorama/osd_pool_default_size 4/' \
    -e 's/osd_data/osd_pool_default_size/' "$1/mon/config.sh"
  # `rbd pool init` writes by self-managed snapshots' rules, after which 16 makes no snapshots of the pool.
  sed -i -e "0,/expect 'rbd --pool=test pool init' 0/s///" "$1/mon/rbd_snaps_ops.sh"
  # Reading an ended program's output twice was an error (ValueError) in Python 2 only; the loop waits for it.
  sed -i -e 's/^        except ValueError:/        finally:/' "$1/mon/test_mon_config_key.py"
  # Python 2.
  sed -i -e '/^from StringIO/d' -e 's/unicode(p.stdout.read())/p.stdout.read().decode()/' -e 's/unicode/str/g' "$1/mon/caps.py"
  cat "$here/mon-qa-helpers.sh" >>"$2/ceph-helpers.sh"
  sed -i -e '/local ecpool=erasepool/,/ceph osd pool set $ecpool min_size $(expr $size + 1)/s/.*//' "$2/mon/misc.sh"
}
