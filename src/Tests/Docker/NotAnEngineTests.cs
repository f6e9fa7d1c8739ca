using System.Text;

namespace Hooktrail.Tests.Docker;

[CancelAfter(20_000)]
internal sealed class NotAnEngineTests
{
    private const string Ok = "HTTP/1.1 200 OK\r\nConnection: close\r\n";

    private static readonly (string Name, string Said)[] Others =
    [
        ("a web page", $"{Ok}Content-Length: 13\r\n\r\n<html></html>"),
        ("a web page in an unknown character set", $"{Ok}Content-Type: text/html; charset=nonsense\r\n\r\n<html></html>"),
        ("a web server without such a page", "HTTP/1.1 404 Not Found\r\nConnection: close\r\n\r\n404 page not found\n"),
        ("a web server that leads elsewhere", "HTTP/1.1 301 Moved\r\nConnection: close\r\nLocation: http://192.0.2.1/\r\n\r\n"),
        ("a web server that asks for a password", "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n<h1>Who are you?</h1>"),
        ("another API", $"{Ok}\r\n{{\"version\":\"2.1\"}}"),
        ("an empty page", $"{Ok}\r\n"),
        ("null", $"{Ok}\r\nnull"),
        ("a list", $"{Ok}\r\n[]"),
        ("a number", $"{Ok}\r\n41"),
        ("a text", $"{Ok}\r\n\"1.41\""),
        ("a version that is none", $"{Ok}\r\n{{\"Version\":\"x\",\"ApiVersion\":\"not one\"}}\n"),
        ("a version of null", $"{Ok}\r\n{{\"Version\":null,\"ApiVersion\":null}}"),
        ("a version that is a number", $"{Ok}\r\n{{\"Version\":\"x\",\"ApiVersion\":1.41}}"),
        ("half an answer", $"{Ok}\r\n{{\"Version\":\"20.10.24\",\"ApiVer"),
        ("broken headers", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n{}"),
        ("no status", "HTTP/1.1\r\n\r\n"),
        ("SSH", "SSH-2.0-OpenSSH_9.2\r\nInvalid SSH identification string.\r\n"),
        ("SMTP", "220 mail.example ESMTP\r\n500 5.5.2 Error: bad syntax\r\n"),
        ("Redis", "-ERR unknown command 'GET'\r\n"),
        ("MySQL", "J\0\0\0\n5.7.0\0\b\0\0\0"),
        ("HTTP/2", "\0\0\u0012\u0004\0\0\0\0\0\0\u0003\0\0\0d"),
        ("TLS", "\u0015\u0003\u0001\0\u0002\u0002F"),
    ];

    [TestCaseSource(nameof(Others))]
    public async Task What_is_no_Engine_is_told_apart((string Name, string Said) other)
    {
        await using var fake = new FakeEngine().Does(
            "GET /version", stream => FakeEngine.WriteAsync(stream, other.Said));

        Assert.That(await Errors.OfAsync(fake.ConnectAsync()), Is.TypeOf<HooktrailException>().With.Message.EqualTo(
            $"The server at {fake.Endpoint} is not a Docker Engine: set DOCKER_HOST to the address of one."));
        Assert.That(fake.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Any_bytes_are_a_sentence_and_never_an_Engine([Range(1, 60)] int seed)
    {
        var random = new Random(seed);
        var bytes = new byte[random.Next(1, 200)];
        random.NextBytes(bytes);
        // Half of them get as far as the body, or the headers.
        var said = (seed % 4) switch
        {
            0 => [.. Encoding.ASCII.GetBytes($"{Ok}\r\n"), .. bytes],
            1 => [.. Encoding.ASCII.GetBytes(Ok), .. bytes],
            _ => bytes,
        };
        await using var fake = new FakeEngine().Does("GET /version", async stream => await stream.WriteAsync(said));

        Assert.That(
            await Errors.OfAsync(fake.ConnectAsync()),
            Is.TypeOf<HooktrailException>().With.Message.Contains("is not a Docker Engine"),
            Convert.ToHexString(said));
    }

    [TestCase("null")]
    [TestCase("<html></html>")]
    [TestCase("[1]")]
    public async Task One_that_only_seemed_to_be_an_Engine_is_told_later(string said)
    {
        await using var fake = new FakeEngine()
            .Answers("GET /info", 200, said)
            .Answers("GET /containers/json", 200, said)
            .Answers("POST /networks/create", 201, said);
        await using var engine = await fake.ConnectAsync();

        foreach (var call in (Task[])
            [
                engine.DescribeAsync(),
                engine.FindContainersAsync("x"),
                engine.CreateNetworkAsync(new() { Name = "lab" })
            ])
            Assert.That(
                await Errors.OfAsync(call),
                Is.TypeOf<HooktrailException>().With.Message.Contains("is not a Docker Engine"));
    }
}
