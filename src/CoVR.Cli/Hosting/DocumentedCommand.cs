using System.CommandLine;

namespace CoVR.Cli.Hosting;

/// <summary>A command whose help ends with examples and optional notes.</summary>
internal sealed class DocumentedCommand : Command, IDocumented
{
    /// <summary>Creates the command.</summary>
    /// <param name="name">The name as typed.</param>
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
/// <param name="description">The purpose of the tool.</param>
internal sealed class DocumentedRootCommand(string description) : RootCommand(description), IDocumented
{
    /// <inheritdoc/>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <inheritdoc/>
    public string? Notes { get; init; }
}

/// <summary>The part of the help below the options.</summary>
internal interface IDocumented
{
    /// <summary>Example command lines.</summary>
    IReadOnlyList<Example> Examples { get; }

    /// <summary>Notes, in lines of at most 120 characters; null for none.</summary>
    string? Notes { get; }
}

/// <summary>An example command line.</summary>
/// <param name="Line">The line, which starts with <c>covr</c>.</param>
/// <param name="Says">What it does; null if obvious.</param>
internal sealed record Example(string Line, string? Says = null);
