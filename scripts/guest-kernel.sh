#!/usr/bin/env bash
# Unpacks Debian's kernel and makes an initial RAM disk with busybox, virtio, rbd and ext4 for the guests that tests start
# in QEMU: scripts/guest-kernel.sh DIR [UNPACKED]   leaves DIR/vmlinuz and DIR/initrd. Downloads 70 MB once, unless a
# folder with another unpacked kernel package is given (another release of Debian).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
given=${2:+$(realpath "$2")}
[[ -f $out/vmlinuz && $out/initrd -nt $here/guest-kernel.sh && $out/initrd -nt $here/../testing/interop/src/test/guest/init ]] && exit 0
. "$here/packages.sh"
need qemu-system-x86 qemu-block-extra busybox-static cpio
mkdir -p "$out"
cd "$out"
if [[ $given ]]; then
  ln -sfn "$given" unpacked
  cp unpacked/boot/vmlinuz-* vmlinuz
elif [[ ! -f vmlinuz ]]; then
  package=$(apt-cache depends linux-image-amd64 | awk '/Depends: linux-image/ { print $2; exit }')
  apt-get download -qq "$package" 2>/dev/null
  dpkg-deb -x "$package"_*.deb unpacked
  rm "$package"_*.deb
  cp unpacked/boot/vmlinuz-* vmlinuz
fi
rm -rf root
mkdir -p root/{bin,dev,proc,sys,mnt,modules}
cp "$(command -v busybox)" root/bin/busybox
cp "$here/../testing/interop/src/test/guest/init" root/init
chmod +x root/init
declare -A loaded=()
# A module's dependencies are named in its .modinfo section.
load() {
  local name=${1//-/_} file dependency
  [[ -z ${loaded[$name]:-} ]] || return 0
  loaded[$name]=yes
  file=$(find unpacked/ -name "${name//_/[-_]}.ko*" -print -quit)
  [[ -n $file ]] || return 0
  if [[ $file == *.xz ]]; then
    xz -dc "$file" >"root/modules/$(basename "${file%.xz}")"
    file=root/modules/$(basename "${file%.xz}")
  else
    cp "$file" root/modules/
    file=root/modules/$(basename "$file")
  fi
  for dependency in $(tr '\0' '\n' <"$file" | sed -n 's/^depends=//p' | tr ',' ' '); do
    load "$dependency"
  done
  basename "$file" >>root/modules/order
}
for module in virtio_pci virtio_blk virtio_net ext4 crc32c_generic rbd aesni-intel gcm ghash_generic ctr; do
  load "$module"
done
(cd root && find . | cpio -o -H newc --quiet | gzip -1) >initrd
