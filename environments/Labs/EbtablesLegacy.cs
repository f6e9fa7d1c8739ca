namespace Hooktrail.Labs;

/// <summary>The rules of ebtables-legacy, read and written without the tools that it has for it: its restore command flushes, and its save command runs whatever is called ebtables.</summary>
public static class EbtablesLegacy
{
    /// <summary>The tables, all of which exist where one is asked for: a table of the legacy backend comes to be when it is listed, if the kernel has it at all.</summary>
    public const string Tables = "broute nat filter";

    /// <summary>
    /// A function for a POSIX shell, <c>saved_legacy</c>, that makes of what <c>ebtables-legacy -t TABLE -L</c> prints what ebtables-save would: the table, its chains,
    /// and its rules, with their counters (<c>-c 4 336</c>) where they were listed with them (<c>--Lc</c>). What is not to be is said before the option, not behind it. Other lines stay as they are.
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

    /// <summary>A command that makes every table be, and fails where the kernel lacks one; for the host's network namespace.</summary>
    public const string Load = $"for table in {Tables}; do ebtables-legacy -t $table -L 2>&1 >/dev/null || exit; done";

    /// <summary>Commands that insert rules one by one.</summary>
    /// <param name="restore">The rules, as a restore command would take them: a line for each table, and one for each rule.</param>
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
