namespace CoVR.Construction;

/// <summary>Supplies captions from a place that the built-in readers of files and folders do not know, or writes them.</summary>
public interface ICaptionSource
{
    /// <summary>Names the content: when it changes, captions are collected again.</summary>
    string Fingerprint { get; }

    /// <summary>What was spent so far, shown with the progress; null if captions cost nothing.</summary>
    string? Spent => null;

    /// <summary>Says what captions would cost, for <see cref="ConstructionPipeline.PlanAsync"/>.</summary>
    /// <returns>One line; null if they cost nothing.</returns>
    string? Estimate() => null;

    /// <summary>Reads every caption.</summary>
    /// <param name="cancellationToken">Ends the stream.</param>
    /// <returns>Captions in any order; faulty ones are counted by the stage.</returns>
    IAsyncEnumerable<MediaCaption> ReadAsync(CancellationToken cancellationToken = default);
}

/// <summary>The caption of a picture or video.</summary>
/// <param name="Id">The identity of the item.</param>
/// <param name="Caption">What it shows.</param>
public sealed record MediaCaption(string Id, string Caption)
{
    /// <summary>Why there is no caption: the item is dropped and counted under this reason; null if there is one.</summary>
    public string? Fault { get; init; }

    /// <summary>The file, absolute or relative to <see cref="CollectOptions.MediaFolder"/>; null if only the identity is known.</summary>
    public string? Path { get; init; }

    /// <summary>Where it comes from, such as an album or a channel; null if unknown.</summary>
    public string? Group { get; init; }

    /// <summary>Its licence; null if unknown.</summary>
    public string? Licence { get; init; }
}
