#!/bin/sh
# Builds src/app/fonts: subsets of Geist (European languages) and Geist Mono (numbers), 40 KB instead of 140. Other
# characters fall back to the system's font. Needs `make set-up`, and PyPI for fonttools.
set -eu
cd "$(dirname "$0")/.."
from=node_modules/geist/dist/fonts
to=src/app/fonts
scratch=$(mktemp -d)
trap 'rm -r "$scratch"' EXIT

tool() { ../.venv/bin/uv tool run --quiet --from 'fonttools[woff]==4.60.1' "$@"; }

# Reduces a font to the weights in use, then to the given characters.
subset() {
    tool fonttools varLib.instancer --quiet "$from/$1" wght=400:700 --output "$scratch/font.ttf"
    tool pyftsubset "$scratch/font.ttf" --unicodes="$2" --flavor=woff2 --output-file="$to/$3" --drop-tables+=meta \
        --layout-features=kern,liga,ccmp,locl,mark,mkmk
}

LATIN=U+0020-007E,U+00A0-017F,U+0218-021B,U+2010-2015,U+2018-201E,U+2020-2022,U+2026,U+2030,U+2039,U+203A,U+20A0-20BF
subset geist-sans/Geist-Variable.woff2 "$LATIN" geist-latin.woff2
subset geist-mono/GeistMono-Variable.woff2 U+0020-007E,U+00A0-00A5,U+2026,U+20A0-20BF geist-mono-figures.woff2
cp node_modules/geist/LICENSE.txt "$to/LICENSE.txt"
