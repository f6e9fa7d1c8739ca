using NUnit.Framework;
using Reqnroll;
using Reqnroll.Offline.Execution;

namespace Hooktrail.Tests.Offline.Runner;

[TestFixture]
public sealed class SettingsTests
{
    private string path = "";

    [SetUp]
    public void CreateFile() => path = Path.GetTempFileName();

    [TearDown]
    public void DeleteFile() => File.Delete(path);

    [Test]
    public void The_file_that_the_full_profile_uses_is_understood()
    {
        File.WriteAllText(path, """
            {
              "$schema": "https://schemas.reqnroll.net/reqnroll-config-latest.json",
              "runtime": { "missingOrPendingStepsOutcome": "Error" },
              "formatters": { "html": { "outputFilePath": "out/r.html" }, "message": { "outputFilePath": "out/m.ndjson" } }
            }
            """);
        Assert.That(Settings.Read(path, null).MessagesPath, Is.EqualTo("out/m.ndjson"));
    }

    [Test]
    public void Without_a_file_no_messages_are_written() =>
        Assert.That(Settings.Read(path + ".none", null).MessagesPath, Is.Null);

    [TestCase("""{ "runtime": { "missingOrPendingStepsOutcome": "Ignore" } }""", "missingOrPendingStepsOutcome")]
    [TestCase("""{ "trace": { "stepDefinitionSkeletonStyle": "RegexAttribute" } }""", "trace.stepDefinitionSkeletonStyle")]
    [TestCase("""{ "formatters": { "message": { "outputFilePath": "{timestamp}.ndjson" } } }""", "variables")]
    [TestCase("""{ "formatters": """, "cannot be read")]
    public void What_would_not_be_honoured_is_an_error(string json, string message)
    {
        File.WriteAllText(path, json);
        Assert.That(() => Settings.Read(path, null), Throws.TypeOf<ReqnrollException>().With.Message.Contains(message));
    }

    [Test]
    public void The_environment_says_better_where_the_messages_go()
    {
        File.WriteAllText(path, "{}");
        Assert.That(Settings.Read(path, "outputFilePath=/out/messages.ndjson").MessagesPath, Is.EqualTo("/out/messages.ndjson"));
        Assert.That(() => Settings.Read(path, "true"), Throws.TypeOf<ReqnrollException>().With.Message.Contains("REQNROLL_FORMATTERS_MESSAGE"));
    }
}
