#!/bin/sh
# Install those of the named Debian packages that are missing. Says what is missing where it may not install.
set -eu
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
  echo "not installed, and this user may not install them:$missing" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Servers (postfix, dovecot) are for the tests to start, not for the system: invoke-rc.d asks this script first.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
  trap '$sudo rm -f "$guard"' EXIT
  printf '#!/bin/sh\nexit 101\n' | $sudo tee "$guard" >/dev/null
  $sudo chmod 755 "$guard"
fi
# shellcheck disable=SC2086 # a list of words
$sudo apt-get update -qq && $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
