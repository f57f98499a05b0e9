#!/bin/sh
# One picture of each demo.  gallery.sh ORRERY [FOLDER]   (default folder: docs/gallery, which the README shows)
# A demo that is not named below is drawn after 300 ticks.
set -eu
orrery=$1
folder=${2:-$(dirname "$0")/gallery}
scripts=$(dirname "$0")/../scripts
mkdir -p "$folder"

ticks_of() {
    case $1 in
    life) echo 400 ;;
    fluid) echo 3200 ;;
    nbody) echo 6000 ;;
    hello) echo 700 ;;
    epidemic) echo 520 ;;
    fire) echo 200 ;;
    cloth) echo 140 ;;
    galaxy) echo 560 ;;
    sandpile) echo 1200 ;;
    wealth | ants | schelling | traffic) echo 600 ;;
    *) echo 300 ;;
    esac
}

for script in "$scripts"/*.lua; do
    name=$(basename "$script" .lua)
    "$orrery" run "$script" --headless --quiet --ticks "$(ticks_of "$name")" --size 640x400 \
        --picture "$folder/$name.png" >/dev/null
    echo "$folder/$name.png"
done
