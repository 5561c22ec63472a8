#!/usr/bin/env bash
# Makes a Debian package: scripts/deb.sh [BINARY [FOLDER]], of target/release/midair and into target where nothing is
# said. BINARY is run, for its version, its manual pages and its completions. Needs dpkg-dev and binutils.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
binary=$(realpath "${1:-$here/target/release/midair}")
into=$(realpath "${2:-$here/target}")
for tool in dpkg-deb dpkg-shlibdeps strip; do
    command -v "$tool" >/dev/null || { echo "$tool is missing: apt-get install dpkg-dev binutils" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
cd "$work"
umask 022
# The same source gives the same package.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git -C "$here" log -1 --format=%ct 2>/dev/null || date +%s)}
export SOURCE_DATE_EPOCH
version=$("$binary" --version)
version=${version#midair }
architecture=$(dpkg --print-architecture)
maintainer="${DEBFULLNAME:-The authors of midair} <${DEBEMAIL:-midair@localhost}>"

share=root/usr/share
doc=$share/doc/midair
man=$share/man/man1
mkdir -p root/DEBIAN root/usr/lib/systemd/system "$doc/examples" "$man" \
    "$share/bash-completion/completions" "$share/zsh/vendor-completions" "$share/fish/vendor_completions.d"
install -D -m 755 "$binary" root/usr/bin/midair
strip --strip-unneeded root/usr/bin/midair
"$binary" man --dir "$man"
gzip -9n "$man"/*
"$binary" completions bash >"$share/bash-completion/completions/midair"
"$binary" completions zsh >"$share/zsh/vendor-completions/_midair"
"$binary" completions fish >"$share/fish/vendor_completions.d/midair.fish"
install -m 644 "$here"/packaging/midair.service "$here"/packaging/midair.socket root/usr/lib/systemd/system/
install -m 644 "$here"/packaging/debian/copyright "$doc/copyright"
install -m 755 "$here"/examples/conflict* "$doc/examples/"
gzip -9n >"$doc/changelog.gz" <<LOG
midair ($version) unstable; urgency=medium

  * Packaged as it stands; what changed is in the history of its source.

 -- $maintainer  $(LC_ALL=C date -u -R -d "@$SOURCE_DATE_EPOCH")
LOG
install -m 755 "$here"/packaging/debian/postinst "$here"/packaging/debian/prerm "$here"/packaging/debian/postrm root/DEBIAN/

# dpkg-shlibdeps says which packages hold the libraries; it asks for a source package around it.
mkdir debian
printf 'Source: midair\n\nPackage: midair\nArchitecture: any\n' >debian/control
depends=$(dpkg-shlibdeps -O root/usr/bin/midair)
depends=${depends#shlibs:Depends=}
cat >root/DEBIAN/control <<CONTROL
Package: midair
Version: $version
Architecture: $architecture
Maintainer: $maintainer
Installed-Size: $(du -k -s --exclude=DEBIAN root | cut -f1)
Depends: $depends
Suggests: systemd
Section: editors
Priority: optional
Description: terminal editor for shared records
 Shows mid-air collisions side by side, field by field, and sends the result
 with the fresh token. With a tiny versioned server over HTTP of its own, which
 refuses what somebody else was faster with, and a merge driver for git.
CONTROL
(cd root && find usr -type f -exec md5sum {} +) >root/DEBIAN/md5sums

package=$into/midair_${version}_$architecture.deb
dpkg-deb --root-owner-group --build root "$package" >/dev/null
echo "$package"
