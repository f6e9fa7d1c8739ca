namespace Reqnroll.Offline.Messages;

/// <summary>Media types of attached files, by their extension.</summary>
internal static class MediaType
{
    /// <summary>The media type of a file; application/octet-stream where it is unknown.</summary>
    public static string Of(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".txt" or ".log" => "text/plain",
        ".md" => "text/markdown",
        ".csv" => "text/csv",
        ".css" => "text/css",
        ".html" or ".htm" => "text/html",
        ".json" => "application/json",
        ".xml" => "application/xml",
        ".svg" => "image/svg+xml",
        ".png" => "image/png",
        ".jpg" or ".jpeg" => "image/jpeg",
        ".gif" => "image/gif",
        ".pdf" => "application/pdf",
        ".gz" => "application/gzip",
        ".zip" => "application/zip",
        ".pcap" => "application/vnd.tcpdump.pcap",
        _ => "application/octet-stream",
    };

    /// <summary>Whether files of this type are UTF-8 text that a report shows as such.</summary>
    public static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.Ordinal) || mediaType is "application/json" or "application/xml";
}
