#!/bin/sh
# The browser tests use the system's Chromium; install it where it is missing.
set -eu
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
say() { echo "$*" >&2; }
if ! command -v apt-get >/dev/null 2>&1; then
    say "The browser tests need Chromium on the PATH; install it with your package manager."
    exit 1
fi
if [ "$(id -u)" = 0 ]; then sudo=""
elif command -v sudo >/dev/null 2>&1; then sudo="sudo"
else
    say "The browser tests need Chromium. Ask root to run: apt-get install chromium"
    exit 1
fi
say "Installing Chromium for the browser tests ..."
$sudo apt-get update -qq
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium >/dev/null
