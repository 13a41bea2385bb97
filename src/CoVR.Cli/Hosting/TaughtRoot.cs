using System.CommandLine;

namespace CoVR.Cli.Hosting;

/// <summary>The command <c>covr</c> itself.</summary>
internal sealed class TaughtRoot : RootCommand, ITaught
{
    /// <summary>Creates the command.</summary>
    /// <param name="description">What all of it is for.</param>
    public TaughtRoot(string description)
        : base(description)
    {
    }

    /// <inheritdoc/>
    public IReadOnlyList<Example> Examples { get; init; } = [];

    /// <inheritdoc/>
    public string? Notes { get; init; }
}
