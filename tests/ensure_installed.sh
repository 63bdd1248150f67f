#!/bin/sh
# Install what the tests need from the system, where it is missing:
#   sh tests/ensure_installed.sh "The browser tests" chromium chromium chromium-browser
# that is: who needs it, Debian's package, and the commands any of which will do.
set -eu
who=$1 package=$2
shift 2
for name in "$@"; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
say() { echo "$*" >&2; }
if ! command -v apt-get >/dev/null 2>&1; then
    say "$who need $1 on the PATH; install it with your package manager."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=""
elif command -v sudo >/dev/null 2>&1; then sudo="sudo"
else
    say "$who need $1. Ask root to run: apt-get install $package"
    exit 1
fi
say "Installing $package for $(echo "$who" | tr 'T' 't') ..."
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$package" >/dev/null
