#!/bin/sh
# Makes the environment that a target needs, and does nothing when it is there.
#
#   tools/bootstrap.sh run      the program, and what Qt needs on this session's display (if there is one)
#   tools/bootstrap.sh test     the tools of a developer too, Xvfb, and the link folder for mypy
#   tools/bootstrap.sh readers  programs of other projects too that read recordings, for the slow tests
#
# PYTHON=...          the interpreter to use (else python3.13, 3.12, 3.11, python3, the first that works)
# TAUSCOPE_VENV=...   the folder of the environment (else .venv)
#
# Exit status 2: something is missing that only the user can provide; the last line says what to do.
set -eu

want=${1:?"say run, test or readers"}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
venv=${TAUSCOPE_VENV:-$root/.venv}
cd "$root"

say() { printf '%s\n' "tauscope: $*" >&2; }
stop() { say "$*"; exit 2; }

# --- Debian packages, without questions -------------------------------------------------------------

LIBRARIES="libgl1 libegl1 libgl1-mesa-dri libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 \
libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libdbus-1-3 libfontconfig1 libglib2.0-0 libzstd1 \
fonts-dejavu-core"
WAYLAND="libwayland-cursor0 libwayland-egl1"
XVFB="xvfb xauth"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt_install() {
    command="apt-get install -y --no-install-recommends $*"
    if [ "$(id -u)" != 0 ] && ! { command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; }; then
        stop "system packages are missing and this account may not install them. Run:  sudo $command"
    fi
    say "installing system packages: $*"
    log=$(mktemp)
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 update >"$log" 2>&1 ||
        say "warning: 'apt-get update' failed; going on with the package lists that are there."
    # Word splitting is meant: each word of $* is one package.
    # shellcheck disable=SC2048,SC2086
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends $* </dev/null >>"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        stop "installing system packages failed (above). Once that is mended, run:  $command"
    fi
    rm -f "$log"
}

other_systems() {   # $1: the names that are missing, on one line
    say "missing on this machine: ${1:-a library that Qt or OpenGL loads late}"
    extra=""
    if command -v dnf >/dev/null 2>&1; then
        [ "$want" != run ] && extra=" xorg-x11-server-Xvfb"
        stop "run:  sudo dnf install -y mesa-libGL mesa-libEGL mesa-dri-drivers libxkbcommon-x11 xcb-util-cursor \
xcb-util-wm xcb-util-image xcb-util-keysyms xcb-util-renderutil dbus-libs fontconfig glib2 libzstd dejavu-sans-fonts$extra"
    elif command -v pacman >/dev/null 2>&1; then
        [ "$want" != run ] && extra=" xorg-server-xvfb"
        stop "run:  sudo pacman -S --needed libglvnd mesa libxkbcommon-x11 xcb-util-cursor xcb-util-wm xcb-util-image \
xcb-util-keysyms xcb-util-renderutil dbus fontconfig glib2 zstd ttf-dejavu$extra"
    elif command -v zypper >/dev/null 2>&1; then
        [ "$want" != run ] && extra=" xorg-x11-server-Xvfb"
        stop "run:  sudo zypper install -y Mesa-libGL1 Mesa-libEGL1 Mesa-dri libxkbcommon-x11-0 libxcb-cursor0 \
libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-render-util0 libxcb-shape0 libxcb-xkb1 libdbus-1-3 libfontconfig1 \
libglib-2_0-0 libzstd1 dejavu-fonts$extra"
    fi
    stop "install these libraries with this system's package manager, then run make again."
}

# --- which Python: by executing each, because a command can exist and fail ---------------------------

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }
complete() { "$1" -c 'import sys, venv, ensurepip' 2>/dev/null; }

choose_python() {
    lacking="" old=""
    for candidate in ${PYTHON:-python3.13 python3.12 python3.11 python3}; do
        found=$(version_of "$candidate") || continue
        if ! recent "$candidate"; then old=${old:-$found}; continue; fi
        if complete "$candidate"; then python=$candidate; return; fi
        lacking=${lacking:-$candidate}
    done
    if [ -n "$lacking" ]; then
        add_venv_module "$lacking"
        python=$lacking
        return
    fi
    [ -z "$old" ] || stop "Python 3.11 or newer is needed, and the newest found is $old${PYTHON:+ (PYTHON=$PYTHON)}."
    [ -z "${PYTHON:-}" ] || stop "PYTHON=$PYTHON does not run."
    stop "no Python was found; install Python 3.11, 3.12 or 3.13, or name one with PYTHON=/path/to/python3."
}

add_venv_module() {
    found=$(version_of "$1")
    say "$1 (Python $found) has no venv or ensurepip."
    command -v apt-get >/dev/null 2>&1 ||
        stop "install the venv and ensurepip modules of Python $found with this system's package manager."
    apt_install "python$found-venv"
    complete "$1" || stop "Python $found still has no venv; name another interpreter with PYTHON=/path/to/python3."
}

# --- the environment: complete, or made anew ---------------------------------------------------------

# $venv/tauscope.made: path and Python of a finished `python -m venv`; tauscope.busy: pip was at work.
make_venv() {
    identity="$root $("$python" -c 'import platform; print(platform.python_version())')"
    if [ -d "$venv" ]; then
        [ ! -e "$venv/tauscope.busy" ] && [ "$(cat "$venv/tauscope.made" 2>/dev/null)" = "$identity" ] &&
            "$venv/bin/python" -c 'import pip' 2>/dev/null && return
        say "the environment in $venv is half made, or of another Python or place; making it anew."
        rm -rf "$venv"
    fi
    say "making an environment in $venv with $("$python" --version)."
    "$python" -m venv "$venv" || stop "'$python -m venv' failed; name another interpreter with PYTHON=/path/to/python3."
    printf '%s\n' "$identity" >"$venv/tauscope.made"
}

pip_install() {
    "$venv/bin/python" -m pip --disable-pip-version-check install -c constraints.txt "$@" </dev/null || {
        rm -f "$venv/tauscope.busy"
        stop "installing Python packages failed (above). If it is the network: check the connection or the proxy, or \
name a mirror with 'pip config set global.index-url ADDRESS'; then run make again, which goes on from here."
    }
}

install_packages() {    # $1: run, test or readers; each has what those before it have
    case $1 in
        run) enough="run test readers" extras=video ;;
        test) enough="test readers" extras=dev ;;
        *) enough="readers" extras=dev,readers ;;
    esac
    for kind in $enough; do
        [ "$(cat "$venv/tauscope.$kind" 2>/dev/null)" != "$("$venv/bin/python" tools/stamp.py "$root" "$kind")" ] ||
            return 0
    done
    say "installing Python packages; the first time this fetches some 300 MB and takes a few minutes."
    rm -f "$venv/tauscope.run" "$venv/tauscope.test" "$venv/tauscope.readers"
    : >"$venv/tauscope.busy"
    pip_install "setuptools>=77"
    pip_install --no-build-isolation -e ".[$extras]"
    "$venv/bin/python" tools/stamp.py "$root" "$1" >"$venv/tauscope.$1"
    rm -f "$venv/tauscope.busy"
}

install_h5dump() {   # not on every system; what needs it says so
    command -v h5dump >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1 || apt_install hdf5-tools
}

link_typing() {
    mkdir -p .typing/tauscope
    for name in app engine gpu presets resources widgets; do
        [ -e ".typing/tauscope/$name" ] || ln -sfn "../../$name" ".typing/tauscope/$name"
    done
}

# --- system libraries: asked for by trying, installed only when the trial fails ------------------------

probe() {   # missing names to stdout; 0 fine, 3 libraries missing, else another reason
    # shellcheck disable=SC2086
    "$venv/bin/python" -m tools.probe_gl $1 2>"$said"
}

check_display() {
    [ "$(uname -s)" = Linux ] || return 0
    if [ "$want" != run ]; then
        how=--xvfb packages="$LIBRARIES $XVFB"
    else
        [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || return 0  # headless: nothing of Qt is loaded
        how="" packages="$LIBRARIES $WAYLAND"
    fi
    said=$(mktemp)
    code=0
    missing=$(probe "$how") || code=$?
    if [ "$code" != 0 ]; then
        if [ "$code" = 3 ] || [ "$want" != run ]; then
            command -v apt-get >/dev/null 2>&1 || other_systems "$(echo $missing)"
            apt_install "$packages"
            code=0
            missing=$(probe "$how") || code=$?
        fi
    fi
    if [ "$code" != 0 ]; then
        cat "$said" >&2
        [ "$want" = run ] || stop "Qt makes no OpenGL context under Xvfb (above)${missing:+; missing: $(echo $missing)}."
        say "warning: Qt does not start on this display (above); trying all the same."
    fi
    rm -f "$said"
}

choose_python
make_venv
install_packages "$want"
[ "$want" = run ] || link_typing
[ "$want" != readers ] || install_h5dump
check_display
