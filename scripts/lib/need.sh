# shellcheck shell=bash
# Finds out what is missing to build and test Kindred, and installs it where that is possible.
#
# To be sourced. Ask for things with the need_… functions, then call `install_missing`: it is silent when nothing is
# missing; as root it installs with apt-get; otherwise it says exactly what to install and returns 1. The Rust
# toolchain is never installed: people have their own ways to have it.

missing_packages=() # as Debian calls them
missing_words=()    # as people call them

missing() { # package, what it is
  missing_packages+=("$1")
  missing_words+=("$2")
}

have() { command -v "$1" >/dev/null 2>&1; }

need_rust() {
  local wanted=1.95 version
  if ! have cargo; then
    echo "Rust is missing. Install version $wanted or newer from https://rustup.rs, then try again." >&2
    return 1
  fi
  version=$(rustc --version | cut -d' ' -f2)
  if [ "$(printf '%s\n' "$wanted" "$version" | sort -V | head -n1)" != "$wanted" ]; then
    echo "Rust $version is too old: $wanted or newer is needed (rustup update stable)." >&2
    return 1
  fi
}

# What building takes: SQLite and the PostgreSQL client are compiled in, OpenSSL comes from the system.
need_build() {
  if ! have cc; then
    missing gcc "a C compiler (cc)"
    missing libc6-dev "the headers of the C library"
  elif ! echo '#include <stdio.h>' | cc -E - >/dev/null 2>&1; then
    missing libc6-dev "the headers of the C library"
  fi
  have make || missing make "make"
  have perl || missing perl "perl"
  if ! have pkg-config; then
    missing pkg-config "pkg-config"
    missing libssl-dev "the headers of OpenSSL 3"
  elif ! pkg-config --exists 'openssl >= 3'; then
    missing libssl-dev "the headers of OpenSSL 3"
  fi
}

# The folder of the newest PostgreSQL server binaries on this machine, if any.
postgres_binaries() {
  local initdb folder
  folder=$(find /usr/lib/postgresql /usr/pgsql-* /opt/homebrew/opt/postgresql* /usr/local/opt/postgresql* \
    -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n1) || true
  if [ -n "$folder" ]; then
    dirname "$folder"
  elif initdb=$(command -v initdb); then
    dirname "$(readlink -f "$initdb")"
  else
    return 1
  fi
}

need_postgres() {
  postgres_binaries >/dev/null || missing postgresql "the PostgreSQL server (initdb, pg_ctl)"
}

need_peers() {
  have npm || { missing nodejs "Node.js"; missing npm "npm"; }
  have openssl || missing openssl "the openssl command"
}

need_chromium() {
  have chromium || have chromium-browser || have google-chrome || missing chromium "Chromium"
}

install_missing() {
  local packages=("${missing_packages[@]+"${missing_packages[@]}"}") words=("${missing_words[@]+"${missing_words[@]}"}")
  missing_packages=() missing_words=()
  [ ${#packages[@]} -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ] || ! have apt-get; then
    echo "Something is missing: $(printf '%s; ' "${words[@]}" | sed 's/; $//')." >&2
    echo "Install it and try again. On Debian and Ubuntu: sudo apt-get install ${packages[*]}" >&2
    return 1
  fi
  echo "Installing: ${packages[*]}" >&2
  local log
  log=$(mktemp)
  if { apt-get update -q && apt-get install -q -y --no-install-recommends "${packages[@]}"; } \
    >"$log" 2>&1 </dev/null; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    echo "apt-get could not install: ${packages[*]}" >&2
    return 1
  fi
}

export DEBIAN_FRONTEND=noninteractive
