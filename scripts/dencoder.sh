#!/usr/bin/env bash
# Fetches Debian 11's ceph-dencoder (Ceph 14.2.21), the last that Debian built in one piece, with the libraries it needs, and
# leaves DIR/ceph-dencoder, a script that runs it:   scripts/dencoder.sh DIR   (34 MB and apt's index, once; no root)
# The versions are pinned; apt checks them against Debian's signatures.
set -euo pipefail
out=$1
[[ -x $out/ceph-dencoder && $out/ceph-dencoder -nt ${BASH_SOURCE[0]} ]] && exit 0
packages="
  ceph-common=14.2.21-1 libaio1=0.3.112-9 libblkid1=2.36.1-8+deb11u2 libboost-context1.74.0=1.74.0-9
  libboost-coroutine1.74.0=1.74.0-9 libboost-iostreams1.74.0=1.74.0-9 libboost-thread1.74.0=1.74.0-9
  libbrotli1=1.0.9-2+b2 libbz2-1.0=1.0.8-4 libc6=2.31-13+deb11u11 libcom-err2=1.46.2-2
  libcurl3-gnutls=7.74.0-1.3+deb11u13 libexpat1=2.2.10-2+deb11u5 libffi7=3.3-6 libgcc-s1=10.2.1-6
  libgcrypt20=1.8.7-6 libgmp10=2:6.2.1+dfsg-1+deb11u1 libgnutls30=3.7.1-5+deb11u5 libgoogle-perftools4=2.8.1-1
  libgpg-error0=1.38-2 libgssapi-krb5-2=1.18.3-6+deb11u5 libhogweed6=3.7.3-1 libibverbs1=33.2-1 libidn2-0=2.3.0-5
  libk5crypto3=1.18.3-6+deb11u5 libkeyutils1=1.6.1-2 libkrb5-3=1.18.3-6+deb11u5 libkrb5support0=1.18.3-6+deb11u5
  libldap-2.4-2=2.4.57+dfsg-3+deb11u1 libleveldb1d=1.22-3 liblz4-1=1.9.3-2 liblzma5=5.2.5-2.1~deb11u1
  libnettle8=3.7.3-1 libnghttp2-14=1.43.0-1+deb11u1 libnl-3-200=3.4.0-1+b1 libnl-route-3-200=3.4.0-1+b1
  libnspr4=2:4.29-1 libnss3=2:3.61-1+deb11u3 libp11-kit0=0.23.22-1 libpsl5=0.21.0-1.2 librabbitmq4=0.10.0-1
  librados2=14.2.21-1 librdmacm1=33.2-1 librtmp1=2.4+20151223.gitfa8646d.1-2+b2
  libsasl2-2=2.1.27+dfsg-2.1+deb11u1 libsnappy1v5=1.1.8-1 libssh2-1=1.9.0-2+deb11u1 libssl1.1=1.1.1w-0+deb11u1
  libstdc++6=10.2.1-6 libtasn1-6=4.16.0-2+deb11u1 libudev1=247.3-7+deb11u5 libunistring2=0.9.10-4
  libunwind8=1.3.2-2 libzstd1=1.4.8+dfsg-2.1 zlib1g=1:1.2.11.dfsg-2+deb11u2"
for tool in apt-get dpkg-deb; do
  command -v $tool >/dev/null || { echo "ceph-dencoder is fetched with $tool, which is not there" >&2; exit 3; }
done
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[[ -f $keyring ]] || { echo "no keys to check Debian's packages with: $keyring" >&2; exit 3; }
rm -rf "$out"
mkdir -p "$out"/{lists,archives}/partial "$out"/root
out=$(realpath "$out")
cd "$out"
: >status
apt() {
  apt-get -qq -o Dir::Etc::SourceList="$out/sources.list" -o Dir::Etc::SourceParts=/dev/null -o Dir::State::Lists="$out/lists" \
    -o Dir::State::status="$out/status" -o Dir::Cache="$out" -o APT::Architecture=amd64 -o APT::Architectures=amd64 \
    -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::http::Timeout=20 -o Acquire::Retries=1 \
    -o Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false "$@"
}
# The mirrors that this machine's apt uses, whatever form its sources have. DEBIAN_MIRROR names others: bullseye moves to Debian's
# archive when its support ends.
mirrors() {
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null \
    | awk '$2 == "main" { sub("/$", "", $1); print $1 }' | sort -u
}
fetch() {
  local mirror
  for mirror in ${DEBIAN_MIRROR:-$(mirrors)}; do
    echo "deb [arch=amd64 signed-by=$keyring check-valid-until=no] $mirror bullseye main" >sources.list
    # shellcheck disable=SC2086
    apt update 2>errors && (cd archives && apt download $packages 2>>../errors) && return 0
  done
  return 1
}
if ! fetch; then
  [[ -f errors ]] || echo "apt's sources name no mirror" >errors
  echo "ceph-dencoder could not be fetched: $(grep -m1 '^E:' errors || tail -n 1 errors)" >&2
  exit 1
fi
for package in archives/*.deb; do
  dpkg-deb -x "$package" root
done
rm -rf archives lists pkgcache.bin srcpkgcache.bin sources.list status errors root/usr/share root/usr/lib/x86_64-linux-gnu/gconv
mkdir bin
mv root/usr/bin/ceph-dencoder bin/
rm -rf root/usr/bin root/usr/lib/ceph
cat >ceph-dencoder <<'END'
#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
lib=$here/root/lib/x86_64-linux-gnu
path=$lib:$here/root/usr/lib/x86_64-linux-gnu:$here/root/usr/lib/x86_64-linux-gnu/ceph
# what it decodes may ask it for a lot
ulimit -v 3000000
ulimit -t 20
ulimit -f 200000
exec "$lib/ld-linux-x86-64.so.2" --library-path "$path" "$here/bin/ceph-dencoder" "$@"
END
chmod +x ceph-dencoder
./ceph-dencoder version >/dev/null
