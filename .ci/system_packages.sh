#!/usr/bin/env bash
# WeasyPrint (the PDF reports) loads Pango, which pip cannot install. Install it where apt-get and the right to use it
# are there, otherwise say in one line what is missing.
set -euo pipefail

packages="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"

if python -c 'import weasyprint' >/dev/null 2>&1; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
python -c 'import weasyprint' >/dev/null 2>&1 ||
  echo "PDF reports need Pango (Debian and Ubuntu: sudo apt-get install $packages); everything else works without."
