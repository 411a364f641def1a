#!/bin/sh
# Find a Python that is new enough and can make virtual environments, and let it make one (tools/environment.py).
# In sh, since what is missing may be Python itself: each need that is not met ends with one sentence on how to meet it.
# Usage: environment.sh PYTHON VENV LOCK_FILE STAMP [STAMP:LOCK_FILE]. PYTHON is "" where any will do.
set -u
wanted=$1
shift

on_debian() { command -v apt-get >/dev/null 2>&1; }

how_to_get() { # the packages of Debian, Fedora, Alpine, Arch and Homebrew that hold what is missing
  if on_debian; then echo "sudo apt-get install $1"
  elif command -v dnf >/dev/null 2>&1; then echo "sudo dnf install $2"
  elif command -v apk >/dev/null 2>&1; then echo "sudo apk add $3"
  elif command -v pacman >/dev/null 2>&1; then echo "sudo pacman -S python"
  elif command -v brew >/dev/null 2>&1; then echo "brew install python"
  else echo "see https://www.python.org/downloads/"; fi
}

fail() { printf '%s\n' "$*" >&2; exit 1; }

is_new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

version_of() { "$1" -c 'import sys; print(*sys.version_info[:3], sep=".")' 2>/dev/null || echo "something that does not run"; }

if [ -n "$wanted" ]; then
  command -v "$wanted" >/dev/null 2>&1 || fail "There is no program $wanted, which PYTHON names: give PYTHON=/path/to/python3, of Python 3.11 or newer."
  is_new_enough "$wanted" || fail "Python 3.11 or newer is needed, and $wanted, which PYTHON names, is $(version_of "$wanted")."
  python=$wanted
else
  python=""
  for each in python3 python3.14 python3.13 python3.12 python3.11; do
    if is_new_enough "$each"; then python=$each; break; fi
  done
  if [ -z "$python" ]; then
    found="there is no python3"
    if command -v python3 >/dev/null 2>&1; then found="python3 is $(version_of python3)"; fi
    fail "Python 3.11 or newer is needed, and $found: $(how_to_get "python3 python3-venv" python3.12 python3), or name one that is elsewhere: make PYTHON=/path/to/python3."
  fi
fi

if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
  package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
  # Debian's own Python has it in python3-venv; one of another version has a package of its own.
  [ "$python" = python3 ] && package=python3-venv
  if on_debian; then "$(dirname "$0")/debian.sh" "$package"; fi
  "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || \
    fail "Python's module venv is needed, and $(command -v "$python") has it not: $(how_to_get "$package" python3-libs "python3 py3-pip")."
fi

exec "$python" "$(dirname "$0")/environment.py" "$@"
