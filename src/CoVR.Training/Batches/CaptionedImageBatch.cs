using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>One batch of image-text training, on the host.</summary>
/// <param name="Pixels">[B, 3, S, S]; owned by the batch.</param>
/// <param name="Captions">[B, T].</param>
public sealed record CaptionedImageBatch(PixelBatch Pixels, TokenizedText Captions) : IPartialBatch, IDisposable
{
    /// <inheritdoc/>
    public IReadOnlyList<SkippedItem> Skipped { get; init; } = [];

    /// <inheritdoc/>
    public void Dispose() => Pixels.Dispose();
}
