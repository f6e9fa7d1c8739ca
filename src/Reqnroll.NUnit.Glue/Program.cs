using System.Text.RegularExpressions;
using Gherkin;
using Hooktrail.Fixtures;

// Arguments: the root namespace, and a file with one feature a line: path | name of the resource | file to write.
(string rootNamespace, string list) = (args[0], args[1]);
bool failed = false;
foreach (string line in File.ReadLines(list))
{
    if (line.Split('|') is not [var path, var uri, var output])
        continue;
    try
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(output))!;
        string code = FixtureWriter.Write(
            new FeatureFile(uri, File.ReadAllText(path)), rootNamespace, Path.GetRelativePath(folder, path));
        Directory.CreateDirectory(folder);
        File.WriteAllText(output, code);
    }
    catch (ParserException e)
    {
        failed = true;
        foreach (var error in (e as CompositeParserException)?.Errors ?? [e])
        {
            // MSBuild and editors recognise this form as an error. Gherkin's own messages begin with the place.
            string message = Regex.Replace(error.Message, @"^\(\d+:\d+\): ", "").ReplaceLineEndings(" ");
            Console.WriteLine(
                $"{path}({error.Location?.Line ?? 1},{Math.Max(error.Location?.Column ?? 1, 1)}): error GHERKIN: {message}");
        }
    }
}
return failed ? 1 : 0;
