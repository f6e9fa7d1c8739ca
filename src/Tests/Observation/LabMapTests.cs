using Hooktrail.Observation;

namespace Hooktrail.Tests.Observation;

[TestFixture]
public class LabMapTests
{
    private static readonly LabMap Map =
        Captured.Map with { Ports = ImmutableDictionary<int, int>.Empty.Add(10234, 8080).Add(10777, 8081) };

    [Test]
    public void A_port_that_has_the_number_of_one_of_the_labs_is_another_one()
    {
        Assert.That(
            new[] { 10234, 8080, 10777, 8081, 80 }.Select(Map.Port),
            Is.EqualTo(new[] { 8080, 10234, 8081, 10777, 80 }));
        Assert.That(Enumerable.Range(0, 65536).Select(Map.Port).Distinct().Count(), Is.EqualTo(65536));
    }

    [Test]
    public void A_device_that_has_the_name_of_one_of_the_labs_is_a_stranger() =>
        Assert.That(
            new[] { "br-5f0c12ab34cd", "lab", "eth0" }.Select(Map.Device),
            Is.EqualTo(new[] { "lab", "lab of the host", "eth0" }));
}
