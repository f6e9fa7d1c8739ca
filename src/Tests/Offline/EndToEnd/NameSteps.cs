using NUnit.Framework;
using Reqnroll;

namespace Hooktrail.Tests.EndToEnd;

[Binding]
public sealed class NameSteps(FeatureContext feature)
{
    private static bool started;

    [BeforeTestRun]
    public static void Start() => started = true;

    [Given("the run has started")]
    public void RunHasStarted() => Assert.That(started);

    [Then("this test is called {string}")]
    public void IsCalled(string name) => Assert.That(TestContext.CurrentContext.Test.FullName, Is.EqualTo(name));

    [Then("the name of this test starts with")]
    public void StartsWith(string name) => Assert.That(TestContext.CurrentContext.Test.FullName, Does.StartWith(name));

    [Then("its categories are {string}")]
    public void HasCategories(string categories) => Assert.That(
        TestContext.CurrentContext.Test.Properties["Category"], Is.EqualTo(categories.Split(',')));

    [Then("the messages so far tell of {string}")]
    public void MessagesTellOf(string title)
    {
        Assert.That(feature.FeatureInfo.FolderPath, Is.EqualTo("features/on the bridge"));
        using var file = new FileStream("messages/run.ndjson", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        Assert.That(reader.ReadToEnd(), Does.Contain(title));
    }
}
