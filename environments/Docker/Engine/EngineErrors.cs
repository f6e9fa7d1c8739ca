using System.Net.Sockets;

namespace Hooktrail.Docker.Engine;

/// <summary>
/// One sentence for each refusal, recognised by the texts of moby 20.10 to 29. Other texts stay unchanged.
/// </summary>
internal static class EngineErrors
{
    private const string NoSuchHostPath = "bind source path does not exist";

    public static readonly SessionWords Container = new(
        "container",
        "the image may be older than this checkout; run ./specs prepare to rebuild it.",
        "the probe needs the capabilities NET_ADMIN, NET_RAW and SYSLOG and the device /dev/kmsg; find out what on this host denies them (./specs doctor)");

    public static HooktrailException Unreachable(EngineEndpoint endpoint, Exception cause)
    {
        var socket = SocketErrorIn(cause);
        return socket?.SocketErrorCode switch
        {
            SocketError.AccessDenied => new HooktrailException(
                $"This user has no permission for the Docker socket {endpoint.SocketPath}: add the user to the group docker and log in again, or run with sudo.",
                cause),
            SocketError.AddressNotAvailable when endpoint.SocketPath is { } path => None(
                $"No Docker Engine at {path}: the socket does not exist;"),
            SocketError.ConnectionRefused =>
                None($"No Docker Engine answers at {endpoint}: the connection was refused;"),
            _ => None($"No Docker Engine answers at {endpoint} ({(socket ?? cause).Message}):"),
        };

        NoEngineException None(string found) =>
            new(
                endpoint.ToString(),
                $"{found} start an Engine (./specs prepare does), or set DOCKER_HOST to the address of one.",
                cause);
    }

    public static SocketException? SocketErrorIn(Exception? error) =>
        error is null ? null : error as SocketException ?? SocketErrorIn(error.InnerException);

    public static HooktrailException NotAnEngine(EngineEndpoint endpoint, Exception? cause = null) => new(
        $"The server at {endpoint} is not a Docker Engine: set DOCKER_HOST to the address of one.",
        cause ?? new InvalidDataException());

    public static HooktrailException Silent(EngineEndpoint endpoint, string what, TimeSpan patience) => new(
        $"The Docker Engine at {endpoint} did not {what} within {patience.TotalSeconds:0} s: check its log, and restart it if it hangs.");

    public static HooktrailException Lost(EngineEndpoint endpoint, string what, Exception cause) => new(
        $"The connection to the Docker Engine at {endpoint} broke during the request to {what} ({cause.Message}): check the Engine's log.",
        cause);

    public static HooktrailException TooOld(EngineEndpoint endpoint, string version, Version api) => new(
        $"The Docker Engine {version} at {endpoint} is too old: it supports API {api}, but Hooktrail needs at least {ApiVersions.Oldest} (Docker 20.10); upgrade the Engine.");

    public static HooktrailException TooNew(EngineEndpoint endpoint, string version, Version least) => new(
        $"The Docker Engine {version} at {endpoint} requires API {least} or newer, but this Hooktrail supports at most {ApiVersions.Newest}; upgrade Hooktrail.");

    public static HooktrailException NoCertificates(EngineEndpoint endpoint, string folder, Exception cause) => new(
        $"DOCKER_TLS_VERIFY requires TLS with the Docker Engine at {endpoint}, but the certificates in {folder} cannot be read ({cause.Message.TrimEnd('.')}): " +
        "set DOCKER_CERT_PATH to a folder with ca.pem, cert.pem and key.pem.",
        cause);

    public static HooktrailException NoTls(EngineEndpoint endpoint, Exception cause) => new(
        $"The TLS handshake with {endpoint} failed ({cause.GetBaseException().Message.TrimEnd('.')}): the server may not use TLS, or one side " +
        $"does not accept the other's certificate; correct the certificates in {endpoint.Certificates}, or unset DOCKER_TLS_VERIFY.",
        cause);

    /// <summary>A Go server answers a client that does not speak TLS with this text.</summary>
    public static bool WantsTls(string? message) =>
        message?.Contains("HTTP request to an HTTPS server", StringComparison.Ordinal) == true;

    public static HooktrailException NoSuchNetwork(string network) => new(
        $"The Docker network {network} no longer exists: another program removed it during the run; run again.");

    public static HooktrailException Ended(string container, int exitCode, IReadOnlyList<string> lastOutput) => new(
        $"The container {container} ended unexpectedly with exit code {exitCode}: " +
        (lastOutput.Count == 0 ? "it printed nothing." : $"its last output was «{string.Join(" | ", lastOutput)}»."));

    public static ContainerRemovedException Removed(string container) => new(
        $"Another program removed the container {container} before it was started; run again.");

    public static HooktrailException Refused(string what, string message)
    {
        message = message.Trim();
        var advice = Advice(message);
        var sentence = advice is null
            ? $"The Docker Engine refused to {what}: {message.TrimEnd('.')}."
            : $"The Docker Engine refused to {what}: {advice} (its message is «{message}»).";
        return message.Contains(NoSuchHostPath, StringComparison.OrdinalIgnoreCase)
            ? new NoSuchHostPathException(sentence)
            : IsOfRemoved(message) ? new ContainerRemovedException(sentence)
            : new HooktrailException(sentence);
    }

    // «No such container: ID»; and, while its removal is under way, «container is marked for removal and cannot be
    // started».
    private static bool IsOfRemoved(string message) =>
        message.Contains("No such container", StringComparison.OrdinalIgnoreCase)
        || message.Contains("marked for removal", StringComparison.OrdinalIgnoreCase);

    private static string? Advice(string message)
    {
        bool Says(string text) => message.Contains(text, StringComparison.OrdinalIgnoreCase);

        if (IsOfRemoved(message))
            return "another program has removed the container; run again";
        if (WantsTls(message))
            return "it requires TLS; set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem";
        if (Says("No such image"))
            return "the image is missing; run ./specs prepare to build it";
        if (Says("Pool overlaps with other one"))
            return "another network uses the subnet; choose another subnet, or remove that network (docker network ls)";
        if (Says("fully subnetted") || Says("non-overlapping IPv4 address pool"))
            return "its address pools have no free subnet; remove unused networks (docker network prune)";
        if (Says("networks have same bridge name"))
            return "another network uses the bridge device; ./specs clean removes what earlier runs left behind";
        if (Says("networks have overlapping"))
            return "another network uses the subnet; choose another subnet, or remove that network (docker network ls)";
        if (Says("The container name") && Says("already in use"))
            return "a container with that name already exists; ./specs clean removes what earlier runs left behind";
        if (Says("network with name") && Says("already exists"))
            return "a network with that name already exists; ./specs clean removes what earlier runs left behind";
        if (Says("port is already allocated") || Says("address already in use"))
            return "a port that it needs is in use; stop the program that listens there";
        if (message.StartsWith("network ", StringComparison.Ordinal) && Says("not found"))
            return "there is no such network";
        if (Says("has active endpoints"))
            return "a container is still on the network; ./specs clean removes both";
        if (Says("apply caps"))
            return "the host does not grant a capability that the container needs; run on a host that does, such as a virtual machine";
        if (Says("gathering device information"))
            return "the host has no such device";
        if (Says(NoSuchHostPath))
            return "the host has no such path";
        if (Says("executable file not found") || Says("exec: \"") && Says("no such file or directory"))
            return "the image does not have that program; run ./specs prepare to rebuild the image";
        return null;
    }
}
