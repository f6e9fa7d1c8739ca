using Hooktrail.Kernels.Machine;

namespace Hooktrail.Tests.Kernels;

/// <summary>An owner to be killed: holds a program, prints its shell's id, and waits for the end of input.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] command)
    {
        await using var held = Lifeline.Start(command);
        Console.WriteLine(await held.Output.ReadLineAsync());
        Console.WriteLine(held.ProcessId);
        Console.In.ReadToEnd();
        return 0;
    }
}
