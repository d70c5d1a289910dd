#!/bin/sh
# Puts a released wheel into /opt/hedgewatch, with its units, or takes it away again. As root:
#
#   deploy/install.sh [WHEEL] [--extras]      install or upgrade; the newest of ../dist is the default. --extras: with
#                                             apprise (Telegram, e-mail, … as receivers) and pictures (stress --plot)
#   deploy/install.sh --rollback              back to the release before, with its units; once more: forth again
#   deploy/install.sh --uninstall [--purge]   take it away; --purge: configuration, keys and state as well
#
# To do it twice changes nothing. A release is made whole beside the one that runs, then /opt/hedgewatch/current is turned
# to it in one step: what fails on the way leaves everything as it was. Configuration and keys are never overwritten.
# PYTHON names another interpreter than the system's; pip heeds its own variables (PIP_INDEX_URL, PIP_NO_INDEX, …).
set -eu
umask 022 # the service has a user of its own, who has to read what root installs

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
opt=/opt/hedgewatch etc=/etc/hedgewatch units=/etc/systemd/system

say() { printf '%s\n' "$*"; }
fail() { printf 'install.sh: %s\n' "$*" >&2; exit 1; }
booted() { [ -d /run/systemd/system ]; }
running() { booted && systemctl list-units --plain --no-legend --state=active,activating,reloading 'hedgewatch.service' 'hedgewatch@*' | cut -d' ' -f1; }
whole() { [ -e "$1/.whole" ] && "$1/bin/hedgewatch" --version >/dev/null 2>&1; } # also after a new Python of the system
current() { readlink "$opt/current" 2>/dev/null | sed 's,.*/,,' || true; }

usage() { sed -n '2,/^set/s/^#\{1,\} \{0,1\}//p' "$0"; exit "$1"; }

turn_to() { # the release of that name becomes the one that runs
    ln -sfn "releases/$1" "$opt/current.new"
    mv -T "$opt/current.new" "$opt/current"
    install -d -m 755 "$opt/bin"
    ln -sf ../current/bin/hedgewatch "$opt/bin/hedgewatch"
}

put_units() { # those of the release in that folder; `changed` when they were others
    changed=
    for unit in hedgewatch.service hedgewatch@.service; do
        cmp -s "$1/systemd/$unit" "$units/$unit" || { install -D -m 644 "$1/systemd/$unit" "$units/$unit" && changed=1; }
    done
    if booted && [ -n "$changed" ]; then systemctl daemon-reload; fi
}

restart() {
    for unit in $(running); do
        say "restarting $unit"
        systemctl restart "$unit" || fail "$unit does not start: journalctl -u $unit; back with $0 --rollback"
    done
}

python_of_the_system() {
    if [ -n "${PYTHON:-}" ]; then set -- "$PYTHON"; else set -- /usr/bin/python3 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11; fi
    for name in "$@"; do
        if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            say "$name"
            return
        fi
    done
    fail "no Python 3.11 or later with its venv package: apt-get install python3-venv, or name one with PYTHON="
}

give_up() { rm -rf "$folder"; fail "$1; nothing has changed"; } # what is half made would only take room

install_release() {
    wheel=${wheel:-$(ls -t "$here"/../dist/hedgewatch-*.whl 2>/dev/null | head -n 1)}
    [ -f "${wheel:-}" ] || fail "no wheel: build it (see README.md), or name it: $0 hedgewatch-1.0-py3-none-any.whl"
    pins=$here/../requirements${extras:+-extras}.txt
    [ -f "$pins" ] || fail "$pins is missing: it pins what the wheel needs"
    version=$(basename "$wheel" | cut -d- -f2)
    release=$version-$(cat "$wheel" "$pins" | sha256sum | cut -c1-8)${extras:+-extras}
    folder=$opt/releases/$release
    made=
    if ! whole "$folder"; then
        python=$(python_of_the_system)
        say "installing $release with $python: this takes two or three minutes"
        rm -rf "$folder"
        install -d -m 755 "$opt/releases"
        "$python" -m venv "$folder" || fail "$python cannot make a virtual environment: apt-get install python3-venv"
        pip="$folder/bin/python -m pip install --quiet --disable-pip-version-check --no-cache-dir"
        $pip --require-hashes -r "$pins" || give_up "the packages were not installed"
        $pip --no-deps "$wheel" || give_up "the wheel was not installed"
        "$folder/bin/hedgewatch" --version >/dev/null || give_up "$folder does not run"
        touch "$folder/.whole"
        made=1
    fi
    before=$(current)
    turn_to "$release"
    if [ -n "$before" ] && [ "$before" != "$release" ]; then
        printf '%s\n' "$before" >"$opt/before"
        for old in "$opt"/releases/*; do
            case ${old##*/} in "$release" | "$before") ;; *) rm -rf "$old" ;; esac
        done
    fi

    install -D -m 644 -t "$folder/systemd" "$here"/systemd/*.service # what a rollback finds again
    put_units "$folder"
    install -d -m 755 "$etc"
    install -d -m 700 "$etc/credentials"
    install -m 644 "$here/hedgewatch.example.yaml" "$etc/hedgewatch.example.yaml"

    if [ "$before" = "$release" ] && [ -z "$changed$made" ]; then say "$release is there already"; else restart; fi
    say "hedgewatch $version: $opt/bin/hedgewatch"
    if [ ! -e "$etc/hedgewatch.yaml" ]; then
        say "next: $opt/bin/hedgewatch connect -o $etc/hedgewatch.yaml (or edit a copy of $etc/hedgewatch.example.yaml: see README.md), then systemctl daemon-reload && systemctl enable --now hedgewatch"
    fi
}

roll_back() {
    before=$(cat "$opt/before" 2>/dev/null || true)
    [ -n "$before" ] && [ -e "$opt/releases/$before" ] || fail "there is no release before"
    whole "$opt/releases/$before" || fail "$before does not run here any more: install its wheel again, $0 WHEEL"
    now=$(current)
    turn_to "$before"
    printf '%s\n' "$now" >"$opt/before"
    if [ -d "$opt/releases/$before/systemd" ]; then
        put_units "$opt/releases/$before"
    else
        say "$before did not keep its units: those of $now stay"
    fi
    restart
    say "back to $before"
}

take_away() { # all of these that can go; a mount cannot, nor what a link leads to: `left` keeps both
    for path in "$@"; do
        if [ -L "$path" ]; then left="$left $(readlink -f "$path")"; fi
        rm -rf "$path" 2>/dev/null || left="$left $path"
    done
}

say_what_is_left() { # an empty mount is told, anything else is a failure: there may be keys in it
    full=
    for path in $left; do
        if [ ! -e "$path" ]; then
            continue
        elif [ -d "$path" ] && [ -z "$(ls -A "$path")" ]; then
            say "left: $path, a mount, empty now (umount $path && rmdir $path)"
        else
            full="$full $path"
        fi
    done
    [ -z "$full" ] || fail "not taken away, with what is in it (a mount that is read-only, or where a link leads):$full"
}

uninstall() {
    left=
    if booted; then
        for unit in $(running); do systemctl stop "$unit"; done
        systemctl disable --quiet hedgewatch.service 2>/dev/null || true
    fi
    rm -f "$units"/*.wants/hedgewatch@*.service
    take_away "$opt" "$units/hedgewatch.service" "$units/hedgewatch@.service"
    if booted; then systemctl daemon-reload; fi
    if [ -n "$purge" ]; then
        take_away "$etc" /var/lib/hedgewatch /var/lib/hedgewatch-* /var/lib/private/hedgewatch /var/lib/private/hedgewatch-* \
            "$units"/hedgewatch.service.d "$units"/hedgewatch@*.service.d
        say_what_is_left
        say "hedgewatch is gone, with its configuration, keys and state"
    else
        say_what_is_left
        say "hedgewatch is gone; $etc, its drop-ins and /var/lib/hedgewatch* are still there (--purge takes them away)"
    fi
}

wheel='' extras='' purge='' do=install_release
while [ $# -gt 0 ]; do
    case $1 in
    --extras) extras=1 ;;
    --rollback) do=roll_back ;;
    --uninstall) do=uninstall ;;
    --purge) purge=1 ;;
    -h | --help) usage 0 ;;
    -*) usage 2 >&2 ;;
    *) wheel=$1 ;;
    esac
    shift
done
[ -z "$purge" ] || [ "$do" = uninstall ] || fail "--purge goes with --uninstall"
[ "$(id -u)" = 0 ] || fail "it writes to $opt and $units: run it as root"
exec 9>/run/hedgewatch-install.lock
flock -n 9 || fail "it runs already: wait until the other has ended"
$do
