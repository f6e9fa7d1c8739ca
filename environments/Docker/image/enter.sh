#!/bin/bash
# hooktrail-enter RUN FAMILY.TABLE...: begins the run's journal (see hooktrail-leave), and notes which of these tables the run is
# going to make, because nobody has them yet, or only because another run made them.
set -eu
run=$1
shift

exec 9</proc/self/ns/net
flock 9

tables=" $(nft list tables | sed 's/^table \([^ ]*\) /\1./' | tr '\n' ' ')"
made=" $(nft list ruleset inet 2>/dev/null | sed -n 's/^[[:space:]]*chain made\.\([^ ]*\) {.*/\1/p' | tr '\n' ' ')"
{
    echo "add table inet hooktrail-$run"
    for table; do
        if [[ $tables != *" $table "* || $made == *" $table "* ]]; then
            echo "add chain inet hooktrail-$run made.$table"
        fi
    done
} | nft -f -
