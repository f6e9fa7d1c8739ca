using Hooktrail.Model.Netfilter;

namespace Hooktrail.Model.Tests;

public sealed class FewTests
{
    [Test]
    public void Few_are_a_list([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var (few, list) = (default(Few<int>), new List<int>());
        for (var step = 0; step < 100; step++)
        {
            switch (random.Next(4))
            {
                case 0 when list.Count > 0:
                    var gone = random.Next(list.Count);
                    few.RemoveAt(gone);
                    list.RemoveAt(gone);
                    break;
                case 1 when list.Count > 0:
                    var at = random.Next(list.Count);
                    few[at] = list[at] = step;
                    break;
                case 2 when list.Count < 8:
                    few.Add(few);
                    list.AddRange([.. list.ToArray()]);
                    break;
                default:
                    few.Add(step);
                    list.Add(step);
                    break;
            }

            Assert.That(Enumerable.Range(0, few.Count).Select(place => few[place]), Is.EqualTo(list));
        }
    }
}
