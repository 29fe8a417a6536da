#!/usr/bin/env bash
# Installs the clients of a release of Debian into a folder of their own and runs cells.sh with them (as root):
#   release.sh RELEASE DIR    with CEPH_CONF naming the cluster; release.sh trixie /var/tmp/trixie: Ceph 18.2.7, QEMU 10
#   release.sh RELEASE DIR --libvirt    that release's libvirt instead, on a fresh cluster of `up --mons 3 --processes`: what
#       src/test/libvirt/libvirt-steps does; prints the steps that fail (one is to: a volume in use is not deleted)
# CEPH_CONF's keyring is named by its path, so the cluster's folder is bound into DIR while the cells run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
release=$1
dir=$2
conf=$(realpath "${CEPH_CONF:?the cluster to run against}")
cluster=$(dirname "$conf")
. "$here/../../../scripts/packages.sh"
command -v debootstrap >/dev/null || need debootstrap
mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -1)
packages=ceph-common,python3-rados,python3-rbd,qemu-utils,qemu-block-extra
[[ -x $dir/usr/bin/rbd ]] || debootstrap --variant=minbase --include="$packages" "$release" "$dir" "$mirror" >&2
chroot "$dir" ceph --version
chroot "$dir" qemu-img --version | head -1
mkdir -p "$dir$cluster"
mount --bind "$cluster" "$dir$cluster"
mount --bind /proc "$dir/proc"
mount --bind /dev "$dir/dev"
trap 'umount "$dir/dev" "$dir/proc" "$dir$cluster"' EXIT
if [[ ${3:-} == --libvirt ]]; then
  chroot "$dir" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends libvirt-daemon libvirt-clients \
    libvirt-daemon-driver-{qemu,secret,storage,storage-rbd} qemu-system-x86 virtinst ovmf jq procps >&2
  chroot "$dir" /usr/sbin/libvirtd --version
  cp "$here/../src/test/libvirt/libvirt-steps" "$dir/tmp/"
  unshare -m bash -c 'mount --make-rprivate / && mount --rbind "$1" "$1" && mount --bind /sys "$1/sys" && mount -t tmpfs tmpfs "$1/run" &&
    exec chroot "$1" bash /tmp/libvirt-steps "$2"' bash "$dir" "$cluster" >"$dir/tmp/libvirt.log"
  awk '/^== exit/ { count++; if ($3) print step ": exit code " $3; next } /^== / { step = substr($0, 4) }
    END { print count " steps" }' "$dir/tmp/libvirt.log"
  exit
fi
cp "$here/cells.sh" "$dir/tmp/cells.sh"
chroot "$dir" env CEPH_CONF="$conf" bash /tmp/cells.sh
