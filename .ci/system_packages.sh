#!/usr/bin/env bash
# What pip cannot install: Pango, which WeasyPrint (the PDF reports) loads, Chromium, in which the tests look at the HTML
# report, and strace, with which they look at what a command opens and starts. Install them where apt-get and the right to use it are there, otherwise say in one line what is missing.
set -euo pipefail

pango="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core"
chromium="chromium"

has_pango() { python -c 'import weasyprint' >/dev/null 2>&1; }
has_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

packages=""
command -v strace >/dev/null || packages="$packages strace"
has_pango || packages="$packages $pango"
has_chromium || packages="$packages $chromium"
if [ -z "$packages" ]; then
  exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
fi
has_pango || echo "PDF reports need Pango (Debian and Ubuntu: sudo apt-get install $pango); everything else works without."
command -v strace >/dev/null || echo "The tests of what a command opens need strace (sudo apt-get install strace)."
has_chromium || echo "The tests of the HTML report need Chromium (Debian and Ubuntu: sudo apt-get install $chromium)."
