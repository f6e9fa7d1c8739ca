using System.Diagnostics;
using Hooktrail.Observation;
using Hooktrail.Observation.Nflog;

namespace Hooktrail.Tests.Observation;

/// <summary>
/// A separate network namespace, which any user may make, with the NFLOG observer in it. A script runs there step by
/// step: at each <c>next</c> of it, a fence is written, and the test gets the window up to it.
/// </summary>
internal sealed class NflogNamespace : IDisposable
{
    public const string Ct =
        "nft add table inet user; nft add chain inet user c '{ type filter hook input priority 500; }'; nft add rule inet user c ct state new\n";

    // What every script has: the reader bound to group 7, whose lines are this process' output; commands for it in file
    // 5.
    private const string Prelude =
        """
        for tool in nft ip perl mkfifo nsenter; do command -v $tool >/dev/null || exit 77; done
        ip link set lo up || exit 77
        fence=0
        next() { fence=$((fence + 1)); echo "fence $fence" >&5; read -r go || exit; }
        say() { echo "= $*"; }
        echo4() { perl echo.pl 4 "$@" || echo "= no answer"; }
        echo6() { perl echo.pl 6 "$@" || echo "= no answer"; }
        # A network namespace, as a process that holds it: peer NAME, then $NAME is its process.
        peer() {
            mkfifo ready.$1
            unshare -n sh -c "ip link set lo up; echo > ready.$1; exec perl -e '<STDIN>'" <&6 5>&- & eval "$1=$!"
            read -r go < ready.$1
        }
        mkfifo commands hold
        exec 6<>hold
        perl nflog.pl 7 $options <commands & reader=$!
        exec 5>commands
        finish() { exec 5>&-; wait $reader; kill $(jobs -p) 2>/dev/null; }
        trap finish EXIT
        # The group is bound.
        read -r go || exit

        """;

    // One echo request after the other, each after the reply to the one before; or, with a third word, without waiting.
    private const string Echo =
        """
        use strict; use Socket qw(:all);
        my ($family, $to, $tos, $count, $flood) = @ARGV;
        my $six = $family == 6;
        socket my $s, $six ? AF_INET6 : AF_INET, SOCK_RAW, $six ? 58 : 1 or die $!;
        setsockopt $s, $six ? 41 : 0, $six ? 67 : 1, pack 'i', $tos or die $!;
        my $address = $six ? pack_sockaddr_in6(0, inet_pton(AF_INET6, $to)) : pack_sockaddr_in(0, inet_aton($to));
        sub sum { my $t = 0; $t += $_ for unpack 'n*', $_[0]; $t = ($t >> 16) + ($t & 0xffff) while $t >> 16; ~$t & 0xffff }
        $SIG{ALRM} = sub { exit 1 };
        alarm 20;
        for my $i (1 .. $count || 1) {
            my $packet = pack 'C C n n n a56', $six ? 128 : 8, 0, 0, 7, $i, 'x';
            substr $packet, 2, 2, pack 'n', sum($packet) unless $six;
            send $s, $packet, 0, $address or die $!;
            next if $flood;
            while (1) {
                recv $s, my $reply, 2000, 0;
                my ($type, undef, undef, undef, $n) = unpack 'C C n n n', substr $reply, $six ? 0 : 20;
                last if $type == ($six ? 129 : 0) && $n == $i;
            }
        }
        """;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hooktrail-");
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Task _reading;
    private int _fence;

    public NflogNamespace(
        string script, NflogTable table, string options = "", Func<string, string>? changed = null)
    {
        Reader = new(table.Run, table.Places);
        void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.FullName, name), text);
        Write("nflog.pl", changed?.Invoke(NflogProgram.Script) ?? NflogProgram.Script);
        Write("echo.pl", Echo);
        Write("install", table.Install());
        Write("remove", table.Remove());
        Write("script", $"options={options}\n" + Prelude + script + "\n");
        var start = PrivateNamespace.Start("bash", "script");
        start.WorkingDirectory = _folder.FullName;
        _process = Process.Start(start)!;
        _error = _process.StandardError.ReadToEndAsync();
        _reading = Task.Run(() =>
        {
            try
            {
                Read();
            }
            catch (Exception exception)
            {
                Reader.Close(exception.ToString());
                throw;
            }
        });
    }

    public NflogReader Reader { get; }

    public List<string> Said { get; } = [];

    public List<string> Lines { get; } = [];

    /// <summary>The window up to the script's next fence; the script then goes on.</summary>
    public LogWindow Next()
    {
        var window = Reader.ReadUntilFence(++_fence, new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token)
            .GetAwaiter()
            .GetResult();
        _process.StandardInput.WriteLine();
        return window;
    }

    public void End()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill(entireProcessTree: true);
        _reading.Wait();
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Read()
    {
        while (_process.StandardOutput.ReadLine() is { } line)
        {
            // Devices are told before the packets that cross them.
            if (line.StartsWith("= "))
                Said.Add(line[2..]);
            else if (line.Contains(": <"))
                Reader.Know(DeviceNames.Parse(_links += line + '\n'));
            else
            {
                Lines.Add(line);
                Reader.Accept(line);
                if (line.StartsWith("group "))
                    _process.StandardInput.WriteLine();
            }
        }

        _process.WaitForExit();
        var error = _error.Result;
        TestContext.Progress.WriteLine(error);
        Reader.Close(PrivateNamespace.IsLacking(_process, error)
            ? "It needs nft, ip, perl and user namespaces. " + error
            : "the script has ended. " + error);
    }

    private string _links = "";
}
