#!/usr/bin/env bash
# Installs the clients of a release of Debian into a folder of their own and runs cells.sh with them (as root):
#   release.sh RELEASE DIR    with CEPH_CONF naming the cluster; release.sh trixie /var/tmp/trixie: Ceph 18.2.7, QEMU 10
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
cp "$here/cells.sh" "$dir/tmp/cells.sh"
chroot "$dir" env CEPH_CONF="$conf" bash /tmp/cells.sh
