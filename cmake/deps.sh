#!/bin/sh
# Installs what is missing of packages.txt.  deps.sh [build|dev]...   (default: build)
# On Debian and its relatives by apt-get, through sudo when not root; elsewhere it says what to install.
set -eu
list=$(dirname "$0")/../packages.txt
[ $# -gt 0 ] || set -- build

wanted=''
for group in "$@"; do
    wanted="$wanted $(awk -v group="$group" '$1 == group { print $2 }' "$list")"
done

if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
    missing=''
    for tool in cc cmake pkg-config; do
        command -v "$tool" >/dev/null 2>&1 || missing="$missing $tool"
    done
    if [ -z "$missing" ] && pkg-config --exists luajit libxxhash jansson cmocka; then
        exit 0
    fi
    echo "deps: this is not a Debian system. Install what these Debian packages are called here, then run make again:" >&2
    echo "  " $wanted >&2
    exit 1
fi

missing=''
for package in $wanted; do
    state=$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null) || state=''
    case $state in
        ii*) ;;
        *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0

as_root=''
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps: not root and no sudo. As root:  apt-get install$missing" >&2
        exit 1
    fi
    as_root='sudo'
fi

echo "deps: installing$missing"
install() {
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=5 -o DPkg::Lock::Timeout=300 install -y -q \
        --no-install-recommends $missing </dev/null
}
install >/dev/null 2>&1 && exit 0
# The lists of packages may be missing or old; a fetch may fail half way and yet say that it did not.
for pause in 0 10 30; do
    sleep "$pause"
    $as_root apt-get -o Acquire::Retries=5 update -q </dev/null || true
    install && exit 0
done
exit 1
