using Gherkin;
using Reqnroll.Offline.Features;
using Reqnroll.Offline.Generation;

// Arguments: the root namespace, and a file with one feature a line: path | name of the resource | file to write.
(string rootNamespace, string list) = (args[0], args[1]);
bool failed = false;
foreach (string line in File.ReadLines(list))
{
    if (line.Split('|') is not [var path, var uri, var output])
        continue;
    try
    {
        string code = FixtureWriter.Write(FeatureFile.Parse(uri, File.ReadAllText(path)), rootNamespace);
        Directory.CreateDirectory(Path.GetDirectoryName(output)!);
        File.WriteAllText(output, code);
    }
    catch (CompositeParserException e)
    {
        foreach (var error in e.Errors)
            Fail(path, error.Location?.Line, error.Location?.Column, error.Message);
    }
    catch (ParserException e)
    {
        Fail(path, e.Location?.Line, e.Location?.Column, e.Message);
    }
    catch (FeatureException e)
    {
        Fail(path, e.Location.Line, e.Location.Column, e.Message);
    }
}
return failed ? 1 : 0;

// The form in which MSBuild and IDEs recognise an error; the parser repeats the place in front of its message.
void Fail(string path, int? line, int? column, string message)
{
    failed = true;
    int text = message.StartsWith('(') ? message.IndexOf(": ", StringComparison.Ordinal) + 2 : 0;
    Console.WriteLine($"{path}({line ?? 1},{Math.Max(column ?? 1, 1)}): error GHERKIN: {message[text..].ReplaceLineEndings(" ")}");
}
