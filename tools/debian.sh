#!/bin/sh
# Install those of the named Debian packages that are missing. Says what it installs before it does, and asks nothing.
# Where it may not install, or there is no Debian, it says what is missing, and how to get it.
set -eu
if ! command -v dpkg-query >/dev/null 2>&1 || ! command -v apt-get >/dev/null 2>&1; then
  echo "This system has no Debian packages; whatever is missing of these is to be installed in its own way: $*" >&2
  exit 1
fi
missing=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
  sudo=""
elif sudo -n true 2>/dev/null; then
  sudo="sudo -n"
else
  echo "Missing of Debian's packages, and this user may not install them without a password:$missing" >&2
  echo "To install them: sudo apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing from Debian, by apt-get as root:$missing"
# By env, since sudo passes no variables on: without it postfix asks what kind of mail server it is to be, and waits.
quiet="$sudo env DEBIAN_FRONTEND=noninteractive apt-get"
# Servers (postfix, dovecot) are for the tests to start, not for the system: invoke-rc.d asks this script first.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  trap '$sudo rm -f "$guard"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$guard" >/dev/null
  $sudo chmod 755 "$guard"
fi
# shellcheck disable=SC2086 # a list of words
if ! { $quiet update -qq && $quiet install -y -qq --no-install-recommends $missing; } </dev/null >/dev/null; then
  echo "apt-get could not install them (its own words are above):$missing" >&2
  exit 1
fi
