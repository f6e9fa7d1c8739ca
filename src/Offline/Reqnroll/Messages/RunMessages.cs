using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Reqnroll.Offline.Bindings;
using Reqnroll.Offline.Execution;
using Reqnroll.Offline.Features;
using static Reqnroll.Offline.Messages.MessageWriter;

namespace Reqnroll.Offline.Messages;

/// <summary>The messages of one run: bindings, test cases and what became of them.</summary>
internal sealed class RunMessages(MessageWriter writer, TimeProvider time) : IDisposable
{
    // The version of the protocol that these messages were held against: that of the compatibility kit.
    private const string ProtocolVersion = "33.0.4";
    private readonly Dictionary<object, string> ids = new(ReferenceEqualityComparer.Instance);
    private readonly string runId = writer.NewId();
    private GherkinMessages? feature;
    private JsonObject place = [];
    private bool success = true;
    private long started;

    /// <summary>Writes what is known before the first scenario.</summary>
    public void RunStarted(BindingRegistry bindings)
    {
        writer.Write("meta", new JsonObject
        {
            ["protocolVersion"] = ProtocolVersion,
            ["implementation"] = Product("Hooktrail.Offline.Reqnroll", typeof(RunMessages).Assembly.GetName().Version?.ToString()),
            ["runtime"] = Product("dotNet", RuntimeInformation.FrameworkDescription),
            ["os"] = Product(RuntimeInformation.RuntimeIdentifier, RuntimeInformation.OSDescription),
            ["cpu"] = Product(RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant(), null),
        });
        foreach (var type in bindings.Transformations.Where(t => t.Name is not null))
        {
            writer.Write("parameterType", new JsonObject
            {
                ["id"] = Id(type),
                ["name"] = type.Name,
                ["regularExpressions"] = List([type.Regex?.ToString().TrimStart('^').TrimEnd('$') ?? ".*"]),
                ["preferForRegularExpressionMatch"] = false,
                ["useForSnippets"] = false,
                ["sourceReference"] = SourceReference(type.Method),
            });
        }
        foreach (var step in bindings.Steps)
        {
            writer.Write("stepDefinition", new JsonObject
            {
                ["id"] = Id(step),
                ["pattern"] = new JsonObject
                {
                    ["type"] = step.Parameters is null ? "REGULAR_EXPRESSION" : "CUCUMBER_EXPRESSION",
                    ["source"] = step.Source,
                },
                ["sourceReference"] = SourceReference(step.Method),
            });
        }
        foreach (var hook in bindings.Hooks)
        {
            writer.Write("hook", new JsonObject
            {
                ["id"] = Id(hook),
                ["type"] = HookType(hook.Kind),
                ["tagExpression"] = hook.Tags.Count == 0 ? null : string.Join(" or ", hook.Tags.Select(tag => "@" + tag)),
                ["sourceReference"] = SourceReference(hook.Method),
            });
        }
        writer.Write("testRunStarted", new JsonObject { ["id"] = runId, ["timestamp"] = Now() });
    }

    /// <summary>Writes a feature and its pickles.</summary>
    public void FeatureStarted(FeatureFile file)
    {
        feature = new GherkinMessages(file, writer);
        feature.Write();
        writer.Flush();
    }

    /// <summary>Writes that a hook around the run or a feature begins.</summary>
    public void RunHookStarted(HookBinding hook)
    {
        string id = writer.NewId();
        place = new JsonObject { ["testRunHookStartedId"] = id };
        writer.Write("testRunHookStarted", new JsonObject
        {
            ["id"] = id,
            ["testRunStartedId"] = runId,
            ["hookId"] = Id(hook),
            ["timestamp"] = Now(),
        });
        started = time.GetTimestamp();
    }

    /// <summary>Writes how it ended.</summary>
    public void RunHookFinished(StepResult result)
    {
        writer.Write("testRunHookFinished", new JsonObject
        {
            ["testRunHookStartedId"] = place["testRunHookStartedId"]!.GetValue<string>(),
            ["result"] = Result(result),
            ["timestamp"] = Now(),
        });
        place = [];
    }

    /// <summary>Writes what a scenario is going to do, and that it begins.</summary>
    /// <returns>The id under which its steps are reported.</returns>
    public string TestCaseStarted(Pickle pickle, IEnumerable<PlannedStep> plan)
    {
        string testCase = writer.NewId();
        string attempt = writer.NewId();
        writer.Write("testCase", new JsonObject
        {
            ["id"] = testCase,
            ["testRunStartedId"] = runId,
            ["pickleId"] = feature!.Id(pickle),
            ["testSteps"] = List(plan.Select(TestStep)),
        });
        writer.Write("testCaseStarted", new JsonObject
        {
            ["id"] = attempt,
            ["testCaseId"] = testCase,
            ["attempt"] = 0,
            ["timestamp"] = Now(),
        });
        return attempt;
    }

    /// <summary>Writes that a step or hook of a scenario begins.</summary>
    public void StepStarted(string attempt, PlannedStep step)
    {
        place = new JsonObject { ["testCaseStartedId"] = attempt, ["testStepId"] = Id(step) };
        var message = place.DeepClone().AsObject();
        message["timestamp"] = Now();
        writer.Write("testStepStarted", message);
        started = time.GetTimestamp();
    }

    /// <summary>Writes how it ended.</summary>
    public void StepFinished(StepResult result)
    {
        var message = place.DeepClone().AsObject();
        message["testStepResult"] = Result(result);
        message["timestamp"] = Now();
        writer.Write("testStepFinished", message);
        place = [];
    }

    /// <summary>Writes the code that an undefined step needs.</summary>
    public void Suggestion(PickleStep step, string code) => writer.Write("suggestion", new JsonObject
    {
        ["id"] = writer.NewId(),
        ["pickleStepId"] = feature!.Id(step),
        ["snippets"] = List([new JsonObject { ["language"] = "csharp", ["code"] = code }]),
    });

    /// <summary>Writes that a scenario ended.</summary>
    public void TestCaseFinished(string attempt)
    {
        writer.Write("testCaseFinished", new JsonObject
        {
            ["testCaseStartedId"] = attempt,
            ["willBeRetried"] = false,
            ["timestamp"] = Now(),
        });
        writer.Flush();
    }

    /// <summary>Writes a line of text that the running step or hook gave out.</summary>
    public void Log(string text) => Attach(text, "IDENTITY", "text/x.cucumber.log+plain", fileName: null);

    /// <summary>Writes a file that the running step or hook attached.</summary>
    public void Attach(string path)
    {
        string mediaType = MediaType.Of(path);
        // Text goes as it is: read from base64, all but ASCII would be garbled in the HTML report.
        if (MediaType.IsText(mediaType))
            Attach(File.ReadAllText(path), "IDENTITY", mediaType, Path.GetFileName(path));
        else
            Attach(Convert.ToBase64String(File.ReadAllBytes(path)), "BASE64", mediaType, Path.GetFileName(path));
    }

    /// <summary>Writes that the run ended.</summary>
    public void RunFinished() => writer.Write("testRunFinished", new JsonObject
    {
        ["testRunStartedId"] = runId,
        ["success"] = success,
        ["timestamp"] = Now(),
    });

    /// <summary>The time since the last step or hook began.</summary>
    public TimeSpan Elapsed() => time.GetElapsedTime(started);

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void Attach(string body, string encoding, string mediaType, string? fileName)
    {
        var message = place.DeepClone().AsObject();
        if (message.Count == 0)
            message["testRunStartedId"] = runId;
        message["body"] = body;
        message["contentEncoding"] = encoding;
        message["mediaType"] = mediaType;
        message["fileName"] = fileName;
        message["timestamp"] = Now();
        writer.Write("attachment", message);
    }

    private JsonObject TestStep(PlannedStep planned) => planned.Hook is { } hook
        ? new JsonObject { ["id"] = Id(planned), ["hookId"] = Id(hook) }
        : new JsonObject
        {
            ["id"] = Id(planned),
            ["pickleStepId"] = feature!.Id(planned.Step!),
            ["stepDefinitionIds"] = List(planned.Matches.Select(match => (JsonNode)Id(match.Binding))),
            ["stepMatchArgumentsLists"] = List(planned.Matches.Select(match => new JsonObject
            {
                ["stepMatchArguments"] = List(match.Arguments.Select(Argument)),
            })),
        };

    private static JsonObject Argument(StepArgument argument) => new()
    {
        ["group"] = Group(argument.Groups),
        ["parameterTypeName"] = argument.TypeName,
    };

    private static JsonObject Group(GroupTree tree) => new()
    {
        ["start"] = tree.Group.Success ? tree.Group.Index : null,
        ["value"] = tree.Group.Success ? tree.Group.Value : null,
        ["children"] = tree.Children is [] ? null : List(tree.Children.Select(Group)),
    };

    private JsonObject Result(StepResult result)
    {
        success &= result.Status is ResultStatus.Passed or ResultStatus.Skipped;
        return new JsonObject
        {
            ["status"] = result.Status.ToString().ToUpperInvariant(),
            ["duration"] = Time(result.Duration),
            ["message"] = result.Error?.Message,
            ["exception"] = result is { Status: ResultStatus.Failed, Error: { } error }
                ? new JsonObject
                {
                    ["type"] = error.GetType().Name,
                    ["message"] = error.Message,
                    ["stackTrace"] = error.ToString(),
                }
                : null,
        };
    }

    private string Id(object item) => ids.TryGetValue(item, out string? id) ? id : ids[item] = writer.NewId();

    private static JsonObject Product(string name, string? version) => new() { ["name"] = name, ["version"] = version };

    private static JsonObject SourceReference(MethodInfo method) => new()
    {
        ["javaMethod"] = new JsonObject
        {
            ["className"] = method.DeclaringType!.FullName,
            ["methodName"] = method.Name,
            ["methodParameterTypes"] = List(method.GetParameters().Select(p => (JsonNode)p.ParameterType.Name)),
        },
    };

    // The protocol knows no hooks around a feature; Reqnroll reports them as hooks around the run.
    private static string HookType(HookKind kind) => kind switch
    {
        HookKind.BeforeTestRun or HookKind.BeforeFeature => "BEFORE_TEST_RUN",
        HookKind.AfterTestRun or HookKind.AfterFeature => "AFTER_TEST_RUN",
        HookKind.BeforeScenario => "BEFORE_TEST_CASE",
        HookKind.AfterScenario => "AFTER_TEST_CASE",
        HookKind.BeforeStep => "BEFORE_TEST_STEP",
        _ => "AFTER_TEST_STEP",
    };
}
