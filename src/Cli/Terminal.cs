namespace Hooktrail.Cli;

/// <summary>
/// Where a command reads and writes: the streams of the process, unless a test runs the command and gives it others.
/// These follow the test's flow of control, so tests may run side by side.
/// </summary>
internal sealed class Terminal
{
    private static readonly AsyncLocal<Terminal?> OfTest = new();
    private static readonly Terminal OfProcess = new();

    private readonly (Stream Input, Stream Output, Stream Error)? _streams;
    private readonly TextReader? _in;
    private readonly TextWriter? _out;
    private readonly TextWriter? _error;
    private bool _isInputTaken;

    private Terminal()
    {
    }

    private Terminal(Stream input, Stream output, Stream error)
    {
        _streams = (input, output, error);
        _in = new StreamReader(input);
        _out = new StreamWriter(output) { AutoFlush = true };
        _error = new StreamWriter(error) { AutoFlush = true };
    }

    public static TextReader In => Current._in ?? Console.In;

    public static TextWriter Out => Current._out ?? Console.Out;

    public static TextWriter Error => Current._error ?? Console.Error;

    public static bool IsErrorRedirected => Current._streams is not null || Console.IsErrorRedirected;

    private static Terminal Current => OfTest.Value ?? OfProcess;

    /// <summary>Runs a command with these streams. A command may close a stream and then write to it again.</summary>
    public static async Task<T> With<T>(Stream input, Stream output, Stream error, Func<Task<T>> run)
    {
        OfTest.Value = new(input, output, error);
        return await run();
    }

    /// <summary>Standard output as bytes; what <see cref="Out"/> has written comes before.</summary>
    public static Stream OpenOutput() => Current._streams?.Output ?? Console.OpenStandardOutput();

    /// <summary>Standard input as bytes.</summary>
    /// <exception cref="IOException">The command has opened it before.</exception>
    public static Stream OpenInput()
    {
        if (Current._isInputTaken)
            throw new IOException("it can be read only once");
        Current._isInputTaken = true;
        return Current._streams?.Input ?? Console.OpenStandardInput();
    }
}
