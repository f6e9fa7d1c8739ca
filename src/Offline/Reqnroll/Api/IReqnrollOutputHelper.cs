#nullable disable
namespace Reqnroll;

/// <summary>Adds text and files to the report of the running scenario.</summary>
public interface IReqnrollOutputHelper
{
    /// <summary>Adds a line.</summary>
    void WriteLine(string message);

    /// <summary>Adds a formatted line.</summary>
    void WriteLine(string format, params object[] args);

    /// <summary>Adds a file.</summary>
    void AddAttachment(string filePath);
}
