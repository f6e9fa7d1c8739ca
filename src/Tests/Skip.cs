using System.Diagnostics;

namespace Hooktrail.Tests;

/// <summary>Ends a test that this machine cannot run.</summary>
internal static class Skip
{
    /// <summary>Skips the test, or fails it where <c>SPECS_REQUIRE_LIVE=1</c>. It never returns.</summary>
    /// <param name="lack">What is missing, in a sentence.</param>
    /// <param name="said">What a program said of it; nothing if it is silent.</param>
    public static Exception Because(string lack, string said = "")
    {
        lack = string.IsNullOrWhiteSpace(said) ? lack.Trim() : $"{lack} ({said.Trim()})";
        if (Environment.GetEnvironmentVariable("SPECS_REQUIRE_LIVE") == "1")
            Assert.Fail($"{lack} (A failure because SPECS_REQUIRE_LIVE=1 is set.)");
        Assert.Ignore(lack.Contains("./specs prepare")
            ? lack
            : $"{lack} ./specs prepare installs what is missing where possible.");
        throw new UnreachableException();
    }
}
