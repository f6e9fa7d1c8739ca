using Hooktrail.Model.Network;

namespace Hooktrail.Model.Tests;

public sealed class WiringTests
{
    // Questions about a whole network, as a scanner would ask, must not fill the memory.
    [Test]
    public void Routes_of_millions_of_addresses_are_not_all_remembered()
    {
        var wiring = Wiring.Of(OwnHosts.Usual with { });
        for (var number = 0; number < 2 * Wiring.MostRoutes; number++)
            Assert.That(wiring.DeviceTowards($"100.64.{number / 250}.{number % 250}"), Is.EqualTo("eth0"));
        Assert.That(wiring.RememberedRoutes, Is.InRange(1, Wiring.MostRoutes));
        Assert.That(wiring.DeviceTowards("10.0.0.2"), Is.EqualTo("br0"));
    }
}
