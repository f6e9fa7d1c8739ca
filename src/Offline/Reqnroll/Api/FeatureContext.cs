#nullable disable
using System.Globalization;
using Reqnroll.BoDi;

namespace Reqnroll;

/// <summary>What a feature says of itself.</summary>
public class FeatureInfo
{
    internal FeatureInfo(string folderPath, string title, string description, string[] tags)
    {
        FolderPath = folderPath;
        Title = title;
        Description = description;
        Tags = tags;
    }

    /// <summary>The tags, without @.</summary>
    public string[] Tags { get; }

    /// <summary>The folder of the feature file in the project.</summary>
    public string FolderPath { get; }

    /// <summary>The name after «Feature:».</summary>
    public string Title { get; }

    /// <summary>The text below the title.</summary>
    public string Description { get; }

    /// <summary>The culture in which arguments are converted; always the invariant one here.</summary>
    public CultureInfo Language => CultureInfo.InvariantCulture;
}

/// <summary>What the scenarios of one feature share.</summary>
public class FeatureContext : ReqnrollContext
{
    internal FeatureContext(FeatureInfo info, IObjectContainer container)
    {
        FeatureInfo = info;
        FeatureContainer = container;
    }

    /// <summary>The feature.</summary>
    public FeatureInfo FeatureInfo { get; }

    /// <summary>The objects of this feature.</summary>
    public IObjectContainer FeatureContainer { get; }
}
