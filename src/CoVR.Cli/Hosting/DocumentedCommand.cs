using System.CommandLine;

namespace CoVR.Cli.Hosting;

/// <summary>A command whose help ends with examples and, where needed, a few lines more.</summary>
internal sealed class DocumentedCommand : Command, IDocumented
{
    /// <summary>Creates the command.</summary>
    /// <param name="name">What is typed.</param>
    /// <param name="description">What it does, in one sentence: lists of commands show it.</param>
    public DocumentedCommand(string name, string description)
        : base(name, description)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <inheritdoc/>
    public string? Notes { get; init; }
}

/// <summary>The command <c>covr</c> itself.</summary>
/// <param name="description">What all of it is for.</param>
internal sealed class DocumentedRootCommand(string description) : RootCommand(description), IDocumented
{
    /// <inheritdoc/>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <inheritdoc/>
    public string? Notes { get; init; }
}

/// <summary>What help shows below the options.</summary>
internal interface IDocumented
{
    /// <summary>Command lines that can be copied.</summary>
    IReadOnlyList<Example> Examples { get; }

    /// <summary>What else there is to know, in lines of at most 120 letters; null for nothing.</summary>
    string? Notes { get; }
}

/// <summary>A command line that can be copied.</summary>
/// <param name="Line">The line, which starts with <c>covr</c>.</param>
/// <param name="Says">What it does; null where the line says it.</param>
internal sealed record Example(string Line, string? Says = null);
