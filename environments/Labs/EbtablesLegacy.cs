namespace Hooktrail.Labs;

/// <summary>
/// Reads and writes rules of ebtables-legacy without its restore and save commands: the first flushes, and the second
/// runs any program in the path that has the name ebtables.
/// </summary>
public static class EbtablesLegacy
{
    /// <summary>Listing a table of the legacy backend creates it, if the kernel supports the table.</summary>
    public const string Tables = "broute nat filter";

    /// <summary>
    /// A POSIX shell function, <c>saved_legacy</c>, that turns the output of <c>ebtables-legacy -t TABLE -L</c> into
    /// that of ebtables-save: the table, its chains and rules, with counters (<c>-c 4 336</c>) if they were listed
    /// (<c>--Lc</c>). It moves a negation from after the option to before it. Other lines stay unchanged.
    /// </summary>
    public const string Saved = """
        saved_legacy() {
            awk '/^Bridge table: / { print "*" $3; next }
                /^Bridge chain: / { sub(/,$/, "", $3); chain = $3; print ":" chain " " $NF; next }
                /^-/ {
                    sub(/ *, pcnt = /, " -c "); sub(/ -- bcnt = /, " "); sub(/ +$/, "")
                    rule = "-A " chain " " $0
                    while (match(rule, / --?[a-z0-9-]+ ! /))
                        rule = substr(rule, 1, RSTART - 1) " ! " substr(rule, RSTART + 1, RLENGTH - 3) substr(rule, RSTART + RLENGTH)
                    rules = rules rule "\n"
                    next
                }
                NF { print }
                END { printf "%s", rules }'
        }
        """;

    /// <summary>
    /// Creates every table, and fails if the kernel lacks one. It must run in the host's network namespace.
    /// </summary>
    public const string Load = $"for table in {Tables}; do ebtables-legacy -t $table -L 2>&1 >/dev/null || exit; done";

    /// <summary>Commands that insert rules one by one.</summary>
    /// <param name="restore">In the format of a restore command: a line for each table, and for each rule.</param>
    public static string Insert(string restore) =>
        $$"""
        while IFS= read -r line; do
            case $line in
                \**) table=${line#?} ;;
                *) eval "ebtables-legacy -t $table $line" || exit ;;
            esac
        done <<'END'
        {{restore}}END

        """;
}
