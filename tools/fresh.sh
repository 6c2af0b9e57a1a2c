#!/bin/sh
# `make run` and `make test` in a new minimal Debian, as root; the last lines of each are shown at the end.
#
# The base system is made once with debootstrap and kept as a tarball; each run unpacks it anew, clones HEAD into
# it and starts with empty caches. It has what the README asks for (make, git, Python, the network) and no more.
# This machine's own settings for pip, apt, proxies and certificates are passed along, whatever they are.
#
# TAUSCOPE_FRESH_SUITE=bookworm     TAUSCOPE_FRESH_MIRROR=address     TAUSCOPE_FRESH_CACHE=folder
# TAUSCOPE_FRESH_KEEP=1             leaves the system on disk for a look at it
set -eu

suite=${TAUSCOPE_FRESH_SUITE:-bookworm}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cache=${TAUSCOPE_FRESH_CACHE:-$root/.cache/fresh}
base=$cache/$suite.tar
INCLUDE=ca-certificates,git,make,python3

say() { printf '%s\n' "fresh: $*"; }
stop() { printf '%s\n' "fresh: $*" >&2; exit 2; }

[ "$(id -u)" = 0 ] || stop "a new system is made with chroot, which needs root: run  sudo make test-fresh"
command -v debootstrap >/dev/null 2>&1 || stop "debootstrap is missing; run  apt-get install -y debootstrap"

# A mount namespace of our own: whatever ends this script, no mount outlives it, so that removing the
# system's folder can never reach through a mount into this machine.
if [ "${TAUSCOPE_FRESH_INSIDE:-}" != 1 ]; then
    TAUSCOPE_FRESH_INSIDE=1 exec unshare --mount --propagation private -- sh "$0" "$@"
fi

mirror() {  # the first of this machine's apt sources that carries the suite; none: debootstrap's own choice
    command -v apt-get >/dev/null 2>&1 || return 0
    apt-get indextargets --format '$(CODENAME) $(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        awk -v suite="$suite" '$1 == suite && $3 == "main" { print $2; exit }'
}

make_base() {
    [ -f "$base" ] && return
    mkdir -p "$cache"
    work=$(mktemp -d "$cache/base.XXXXXX")
    source=${TAUSCOPE_FRESH_MIRROR:-$(mirror)}
    say "making a minimal Debian $suite (kept in $base)"
    # Word splitting is meant: no mirror, no argument.
    # shellcheck disable=SC2086
    if ! debootstrap --variant=minbase --include="$INCLUDE" "$suite" "$work" $source >"$cache/debootstrap.log" 2>&1
    then
        tail -n 20 "$cache/debootstrap.log" >&2
        rm -rf "$work"
        stop "debootstrap failed (above); another mirror can be named with TAUSCOPE_FRESH_MIRROR=address"
    fi
    rm -rf "$work"/var/cache/apt/archives/*.deb
    tar -C "$work" -cf "$base.part" .
    mv "$base.part" "$base"
    rm -rf "$work"
}

copy() {    # $1: a path of this machine, copied to the same place in the new system, if it is there
    [ -e "$1" ] || return 0
    mkdir -p "$new$(dirname "$1")"
    cp -RL "$1" "$new$(dirname "$1")/"
}

share() {   # $1: a folder of this machine, seen read-only at the same place
    mkdir -p "$new$1"
    mount --bind "$1" "$new$1"
    mount -o remount,bind,ro "$new$1" 2>/dev/null || say "note: $1 is shared writable here"
}

pass_settings() {
    copy /etc/resolv.conf
    copy /etc/hosts
    copy /usr/local/share/ca-certificates
    copy /etc/ssl/certs/ca-certificates.crt
    copy /etc/pip.conf
    for file in "${XDG_CONFIG_HOME:-$HOME/.config}/pip/pip.conf" "$HOME/.pip/pip.conf"; do
        [ -e "$file" ] && mkdir -p "$new/root/.config/pip" && cp -L "$file" "$new/root/.config/pip/pip.conf" && break
    done
    for file in /etc/apt/apt.conf /etc/apt/apt.conf.d/*; do
        if grep -qs 'Acquire' "$file" && ! grep -qs 'Invoke' "$file"; then copy "$file"; fi
    done
    copy /etc/apt/auth.conf.d
    if grep -qs "VERSION_CODENAME=$suite" /etc/os-release; then
        for file in /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list; do
            if [ -s "$file" ]; then rm -f "$new/etc/apt/sources.list"; copy "$file"; break; fi
        done
    fi
    # Folders that pip's settings point to, as plain paths or as file: addresses.
    { python3 -m pip config list 2>/dev/null || pip config list 2>/dev/null || true; } |
        tr " '\"=" '\n\n\n\n' | sed -n 's|^file://||; /^\/./p' | sort -u |
        while read -r path; do
            # An index is addressed by a folder of its root, and its links lead elsewhere in it.
            if [ -d "$path" ]; then case $path in */simple|*/simple/) path=${path%/simple*} ;; esac; echo "$path"; fi
        done | sort -u >"$new/.shared"
    while read -r path; do share "$path"; done <"$new/.shared"
    rm -f "$new/.shared"
    env | grep -iE '^(PIP_[A-Z_]*|[a-z]*_proxy|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO)=' |
        grep -v '^PIP_CACHE_DIR=' >"$new/root/environment" || true
}

mount_system() {
    mount -t proc proc "$new/proc"
    mount --rbind /dev "$new/dev"
    mkdir -p "$new/sys"
    mount -t sysfs -o ro sysfs "$new/sys" 2>/dev/null || true
}

inside() {  # $1: a make target; its output goes to the screen and to a log, its status to another file
    say "=== make $1"
    started=$(date +%s)
    {
        status=0
        # No display, no settings of this account but those passed along.
        chroot "$new" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=dumb \
            sh -c 'set -a; while IFS= read -r line; do export "$line"; done </root/environment; set +a
                   cd /root/tauscope && exec make "$1"' sh "$1" </dev/null 2>&1 || status=$?
        echo "$status" >"$new/root/$1.status"
    } | tee "$cache/$1.log"
    printf '%s: exit status %s, %s s\n' "make $1" "$(cat "$new/root/$1.status")" "$(($(date +%s) - started))" \
        >>"$cache/summary"
}

finish() {
    [ -n "${TAUSCOPE_FRESH_KEEP:-}" ] && { say "the system stays in $new"; return; }
    # Only what lies on the system's own disk: mounts are other file systems and are unmounted with us.
    awk -v at="$new/" 'index($2, at) == 1 { print $2 }' /proc/mounts | sort -r |
        while read -r path; do umount -l "$path" 2>/dev/null || true; done
    if awk -v at="$new/" 'index($2, at) == 1 { found = 1 } END { exit !found }' /proc/mounts; then
        say "warning: mounts under $new could not be released; remove it by hand after this"
    else
        rm -rf --one-file-system "$new"
    fi
}

make_base
mkdir -p "$cache"
: >"$cache/summary"
new=$(mktemp -d "$cache/system.XXXXXX")
trap finish EXIT
trap 'exit 130' INT TERM
say "unpacking Debian $suite"
tar -C "$new" -xf "$base"
mount_system
pass_settings
[ ! -x "$new/usr/sbin/update-ca-certificates" ] || chroot "$new" update-ca-certificates >/dev/null 2>&1 || true
git clone -q "$root" "$new/root/tauscope"
say "commit $(git -C "$new/root/tauscope" log --oneline -1)"
inside run
inside test
say "=== last lines"
for target in run test; do
    say "--- make $target"
    tail -n 12 "$cache/$target.log"
done
cat "$cache/summary"
! grep -qv 'exit status 0' "$cache/summary"
