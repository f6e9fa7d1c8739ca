#!/bin/sh
# Removes only the taps of one run, which the mark in their log prefix identifies:
#   remove-taps.sh htx7k2q
# Prints the marks of all runs that have taps on this host:
#   remove-taps.sh --list
# It deletes rules by their text, and neither by position nor by replacing a chain, so another program may change its
# own rules at the same time. It also deletes the chains and tables of nf_tables that the taps created
# (TapRules.Marks shows how they are marked), and the private tables of the run's NFLOG observer
# (hooktrail-x7k2q-nflog). It skips tools that are not installed.
set -u

# A mark begins a log prefix: ht, five characters, a space, the layer's letter and a dot. A quote inside another option
# is saved as \", so this text can only be in the log option.
mark='ht[a-z0-9][a-z0-9][a-z0-9][a-z0-9][a-z0-9]'

have() { command -v "$1" >/dev/null 2>&1; }

# The rules of a tool in its save format. Legacy tools only if their tables are in use: listing a table would create it.
saved() {
  case $1 in
    ebtables-legacy)
      have ebtables-legacy && [ -r /proc/modules ] || return 0
      for table in broute nat filter; do
        grep -q "^ebtable_$table " /proc/modules || continue
        echo "*$table"
        ebtables-legacy -t "$table" -L 2>/dev/null |
          awk '/^Bridge chain: / { sub(/,.*/, ""); chain = $3; next } /^-/ { sub(/ +$/, ""); print "-A " chain " " $0 }'
      done ;;
    *)
      ! have "$1-save" || "$1-save" 2>/dev/null ;;
  esac
}

# Restore input that deletes the rules with mark $1. ebtables' format has no COMMIT.
deletions() {
  awk -v wanted=" --log-prefix \"$1 " -v commit="$2" '
    function finish() { if (open && commit) print "COMMIT"; open = 0 }
    /^\*/ { finish(); table = $0 }
    /^-A / && (at = index($0, wanted)) && substr($0, at + length(wanted), 2) ~ /^[ei6]\.$/ {
      if (!open) { print table; open = 1 }
      sub(/^-A/, "-D"); print
    }
    END { finish() }'
}

# Removes one tool's taps. If another program removes a rule between reading and deleting, the tool
# refuses all; then it tries again.
remove() {
  tool=$1
  # iptables-legacy waits for the lock of the tables.
  case $tool in ebtables*) commit= wait= ;; *) commit=1 wait='-w 20' ;; esac
  for attempt in 1 2 3 4 5; do
    rules=$(saved "$tool" | deletions "$2" "$commit")
    [ -n "$rules" ] || return 0
    case $tool in
      ebtables-legacy)
        # Its restore command has no --noflush. xargs removes the quotes that the tool wrote.
        error=$(printf '%s\n' "$rules" | awk '/^\*/ { table = substr($0, 2); next } { print "-t " table " " $0 }' |
          xargs -L 1 ebtables-legacy --concurrent 2>&1 >/dev/null) ;;
      *)
        # shellcheck disable=SC2086 # two words or none
        error=$(printf '%s\n' "$rules" | "$tool-restore" $wait --noflush 2>&1 >/dev/null) ;;
    esac
  done
  [ -z "$(saved "$tool" | deletions "$2" "$commit")" ] && return 0
  echo "remove-taps.sh: $tool refuses to delete the rules of $2 (attempt $attempt): $error" >&2
  return 1
}

# The chains of nf_tables that have a tap of any run, as lines of: tool, table, chain.
traced() {
  for tool in iptables-nft ip6tables-nft ebtables-nft; do
    saved "$tool" | awk -v tool="$tool" -v mark=" --log-prefix \"$mark [ei6][.]" '
      /^\*/ { table = substr($0, 2) } $1 == "-A" && $0 ~ mark && !seen[table, $2]++ { print tool, table, $2 }'
  done
}

# delete_chains TOOL TABLE CHAIN...: deletes all of them or none. The kernel refuses to delete a chain that has rules.
delete_chains() {
  restore=$1-restore table_line="*$2" commit=COMMIT
  case $1 in ebtables*) commit= ;; esac
  shift 2
  {
    echo "$table_line"
    printf -- '-X %s\n' "$@"
    echo "$commit"
  } | "$restore" --noflush >/dev/null 2>&1
}

# All chains of nf_tables as lines of: family, table, chain, and the policy if it has one.
chains() {
  nft list chains 2>/dev/null | awk '
    $1 == "table" { family = $2; table = $3 }
    $1 == "chain" { if (chain) print chain; chain = family " " table " " $2 }
    / policy / { sub(/.* policy /, ""); sub(/;.*/, ""); chain = chain " " $0 }
    END { if (chain) print chain }'
}

# Deletes what the marks show that taps created: hooktrail.INPUT marks the chain INPUT of its table, hooktrail marks the
# table. A chain or table that another run uses keeps its mark. One that another program uses by now belongs to that
# program, and loses its mark.
tidy() {
  have nft || return 0
  existing=$(chains)
  # Read once: no other run installs or removes taps while this runs.
  in_use=$(traced)
  printf '%s\n' "$existing" | while read -r family table marked _; do
    tool=$(tool_of "$family") || continue
    chain=${marked#hooktrail.}
    [ "$chain" != "$marked" ] || continue
    case "
$in_use
" in *"
$tool $table $chain
"*) continue ;; esac
    case $existing in
      *"$family $table $chain accept"*) delete_chains "$tool" "$table" "$chain" "$marked" && continue ;;
    esac
    delete_chains "$tool" "$table" "$marked"
  done
  existing=$(chains)
  printf '%s\n' "$existing" | while read -r family table marked _; do
    [ "$marked" = hooktrail ] || continue
    tool=$(tool_of "$family") || continue
    case $existing in *"$family $table hooktrail."*) continue ;; esac
    if [ "$(nft list table "$family" "$table" 2>/dev/null | grep -vc '^#')" -eq 4 ]; then
      nft delete table "$family" "$table"
    else
      delete_chains "$tool" "$table" hooktrail
    fi
  done
}

tool_of() {
  case $1 in
    ip) echo iptables-nft ;;
    ip6) echo ip6tables-nft ;;
    bridge) echo ebtables-nft ;;
    *) return 1 ;;
  esac
}

# The tables of the NFLOG observer and of the trace, as lines of: family, table. Those of all runs, or of the run with mark $1.
recording() {
  ! have nft || nft list tables 2>/dev/null | awk -v wanted="${1-}" '
    $3 ~ /^hooktrail-[a-z0-9][a-z0-9][a-z0-9][a-z0-9][a-z0-9]-(nflog(-[0-9]+)?|trace)$/ && (wanted == "" || index($3, "hooktrail-" substr(wanted, 3) "-") == 1) { print $2, $3 }'
}

# Deletes all of them or none.
stop_recording() {
  tables=$(recording "$1")
  [ -z "$tables" ] || printf '%s\n' "$tables" | sed 's/^/delete table /' | nft -f -
}

tools='iptables-nft iptables-legacy ip6tables-nft ip6tables-legacy ebtables-nft ebtables-legacy'

case ${1-} in
  --list)
    {
      for tool in $tools; do saved "$tool"; done |
        sed -n "s/^-A .* --log-prefix \"\($mark\) [ei6]\..*/\1/p"
      recording | sed 's/.* hooktrail-\(.....\)-.*/ht\1/'
    } | sort -u ;;
  ht?????)
    status=0
    for tool in $tools; do remove "$tool" "$1" || status=1; done
    tidy
    stop_recording "$1" || status=1
    exit "$status" ;;
  *)
    echo "usage: remove-taps.sh MARK | --list   (a mark is such as htx7k2q)" >&2
    exit 2 ;;
esac
