namespace CoVR;

/// <summary>Where the bytes or frames of an image or video come from.</summary>
public abstract record MediaSource
{
    /// <summary>The name that errors and logs use for this source.</summary>
    public abstract string DisplayName { get; }

    /// <summary>A file path is a <see cref="FileMedia"/>.</summary>
    public static implicit operator MediaSource(string path) => new FileMedia(path);
}

/// <summary>An image or video file.</summary>
/// <param name="Path">Absolute path, or path relative to the current directory.</param>
public sealed record FileMedia(string Path) : MediaSource
{
    /// <inheritdoc/>
    public override string DisplayName => Path;
}

/// <summary>An encoded image that is opened when it is read, such as an upload.</summary>
/// <param name="Name">The name used in errors.</param>
/// <param name="Open">Opens the bytes; the reader disposes the stream.</param>
public sealed record StreamMedia(string Name, Func<CancellationToken, ValueTask<Stream>> Open) : MediaSource
{
    /// <inheritdoc/>
    public override string DisplayName => Name;
}

/// <summary>Frames that are already decoded.</summary>
/// <param name="Frames">At least one frame.</param>
public sealed record FramesMedia(IReadOnlyList<RgbFrame> Frames) : MediaSource
{
    /// <inheritdoc/>
    public override string DisplayName => $"{Frames.Count} decoded frame(s)";
}
