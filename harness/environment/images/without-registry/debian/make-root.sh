#!/usr/bin/env bash
# Writes the root file system that the images of PostgreSQL and Node stand on, as a tar archive: as much of Debian bookworm as they need.
#   make-root.sh <archive>
set -euo pipefail
archive=$1

# A shell and what entry points call; setpriv (util-linux); the libraries of node, PostgreSQL and psql, theirs pulled in by apt.
packages=base-files,bash,dash,coreutils,findutils,grep,sed,util-linux,libc-bin,libstdc++6,libpq5,libreadline8

# Unpacked only, with no package's scripts run: so neither dpkg nor perl is needed inside. What the scripts would have made is made here.
finish='set -eu
cd "$1"
mkdir -p tmp var/tmp home/node var/lib/postgresql root
chmod 1777 tmp var/tmp
chown 1000:1000 home/node
chown 999:999 var/lib/postgresql
printf "%s\n" root:x:0:0:root:/root:/bin/bash nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin \
  postgres:x:999:999::/var/lib/postgresql:/bin/bash node:x:1000:1000::/home/node:/bin/bash >etc/passwd
printf "%s\n" root:x:0: nogroup:x:65534: postgres:x:999: node:x:1000: >etc/group
echo "hosts: files dns" >etc/nsswitch.conf
'
# psql and pg_isready without the package that they depend on, which would bring perl.
add_psql='set -eu
mkdir "$1/psql"
cd "$1/psql"
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get -qq -o APT::Sandbox::User=root download postgresql-client-15
dpkg-deb --extract postgresql-client-15_*.deb .
mv usr/lib/postgresql/15/bin/psql usr/lib/postgresql/15/bin/pg_isready ../usr/bin/
rm -r "$1/psql"
'
mmdebstrap --quiet --variant=extract --include="$packages" --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --extract-hook="$finish" --extract-hook="$add_psql" bookworm "$archive"
