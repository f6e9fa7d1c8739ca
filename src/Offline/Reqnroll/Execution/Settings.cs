using System.Text.Json;

namespace Reqnroll.Offline.Execution;

/// <summary>What reqnroll.json says. What the offline profile would not honour is an error.</summary>
/// <param name="MessagesPath">Where the Cucumber Messages go; null for nowhere.</param>
internal sealed record Settings(string? MessagesPath)
{
    /// <summary>The variable by which Reqnroll lets a run say what its message formatter does, whatever the file says.</summary>
    private const string Variable = "REQNROLL_FORMATTERS_MESSAGE";

    /// <summary>Reads the settings; without a file, the defaults hold.</summary>
    /// <param name="path">The file.</param>
    /// <param name="variable">What the environment says of the message formatter, <c>outputFilePath=PATH</c>; null for nothing.</param>
    /// <exception cref="ReqnrollException">The file is no JSON, or asks for what the offline profile cannot do.</exception>
    public static Settings Read(string path, string? variable)
    {
        var settings = Read(path);
        return variable switch
        {
            null or "" => settings,
            _ when variable.Split('=', 2) is ["outputFilePath", { Length: > 0 } file] && !file.AsSpan().ContainsAny('{', ';') => new(file),
            _ => throw new ReqnrollException($"{Variable} = {variable} is not supported by the offline profile; it takes outputFilePath=PATH."),
        };
    }

    /// <summary>The settings of this process.</summary>
    public static Settings OfThisProcess() =>
        Read(Path.Combine(AppContext.BaseDirectory, "reqnroll.json"), Environment.GetEnvironmentVariable(Variable));

    private static Settings Read(string path)
    {
        if (!File.Exists(path))
            return new Settings(MessagesPath: null);
        try
        {
            var options = new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };
            using var json = JsonDocument.Parse(File.ReadAllText(path), options);
            string? messages = null;
            foreach (var (name, value) in Leaves("", json.RootElement))
            {
                switch (name)
                {
                    case "formatters.message.outputFilePath":
                        messages = value.GetString();
                        break;
                    case "runtime.missingOrPendingStepsOutcome" when value.GetString() == "Error":
                    case "$schema":
                    // The report is made of the messages afterwards; see README.md.
                    case "formatters.html.outputFilePath":
                        break;
                    default:
                        throw new ReqnrollException(
                            $"{path}: {name} = {value.GetRawText()} is not supported by the offline profile.");
                }
            }
            if (messages?.Contains('{') == true)
                throw new ReqnrollException($"{path}: variables in outputFilePath are not supported by the offline profile.");
            return new Settings(messages);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ReqnrollException($"{path} cannot be read: {e.Message}", e);
        }
    }

    private static IEnumerable<(string Name, JsonElement Value)> Leaves(string prefix, JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().SelectMany(p => Leaves(prefix == "" ? p.Name : $"{prefix}.{p.Name}", p.Value))
            : [(prefix, element)];
}
