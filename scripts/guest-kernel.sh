#!/usr/bin/env bash
# Unpacks Debian's kernel and makes an initial RAM disk with busybox, virtio, rbd and ext4 for the guests that tests start
# in QEMU: scripts/guest-kernel.sh DIR [UNPACKED]   leaves DIR/vmlinuz, DIR/initrd and DIR/boot.img, a disk that boots them.
# Downloads 70 MB once, unless a folder with another unpacked kernel package is given (another release of Debian).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
out=$1
given=${2:+$(realpath "$2")}
[[ -f $out/vmlinuz && -f $out/boot.img && $out/initrd -nt $here/guest-kernel.sh && $out/initrd -nt $here/../testing/interop/src/test/guest/init ]] && exit 0
. "$here/packages.sh"
need qemu-system-x86 qemu-block-extra busybox-static cpio syslinux syslinux-common mtools fdisk
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

# Its first partition has the boot loader and what it loads, the second is the guest's to write.
printf '%s\n' 'SERIAL 0 115200' 'DEFAULT linux' 'LABEL linux' '  LINUX vmlinuz' \
  '  APPEND initrd=initrd console=ttyS0 quiet panic=-1 task=disk disk=/dev/vda2' >syslinux.cfg
rm -f boot.img
truncate -s 128M boot.img
printf '%s\n' '2048,98304,c,*' '100352,,L' | PATH=$PATH:/sbin:/usr/sbin sfdisk -q boot.img
mformat -i boot.img@@1M -T 98304 -h 64 -s 32 -H 2048 ::
syslinux --install --offset 1048576 boot.img
mcopy -i boot.img@@1M vmlinuz initrd syslinux.cfg ::
dd if=/usr/lib/syslinux/mbr/mbr.bin of=boot.img conv=notrunc status=none
