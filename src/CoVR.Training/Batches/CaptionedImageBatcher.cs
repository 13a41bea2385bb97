using CoVR.Modeling;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;

namespace CoVR.Training.Batches;

/// <summary>Prepares <see cref="CaptionedImageBatch"/>es in the background, in an order that does not depend on the number of workers.</summary>
/// <remarks>An image that cannot be read is left out of its batch and reported; a batch of which nothing can be read ends the run.</remarks>
/// <param name="images">The data; the sampler's positions refer to it.</param>
/// <param name="sampler">Composes the batches.</param>
/// <param name="pixels">Reads the images.</param>
/// <param name="texts">Tokenizes the captions.</param>
/// <param name="workers">How many batches are prepared at the same time, ahead of use.</param>
/// <param name="seed">The seed of augmentation and draws.</param>
internal sealed class CaptionedImageBatcher(
    IReadOnlyList<CaptionedImage> images, IBatchSampler sampler, IPixelSource pixels, TrainingTokenizer texts, int workers = 2, int seed = 1234) : IBatchSource<CaptionedImageBatch>
{
    public int BatchesPerEpoch => sampler.BatchesPerEpoch;

    public IAsyncEnumerable<CaptionedImageBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken)
    {
        var batches = sampler.Compose(epoch);
        return OrderedPrefetch.RunAsync(first, batches.Count, workers, (batch, stop) => PrepareAsync(batches[batch], epoch, batch, stop), cancellationToken);
    }

    public string Describe() => $"{sampler.Describe()}; items seeded by {seed}";

    private async Task<CaptionedImageBatch> PrepareAsync(IReadOnlyList<int> positions, int epoch, int batch, CancellationToken cancellationToken)
    {
        CaptionedImage[] items = [.. positions.Select(position => images[position])];
        List<UnreadableItem> unreadable = [];
        var read = await PixelBatch.ReadAsync(
            pixels,
            [.. items.Select(image => image.Image)],
            index => SeededRandom.For(seed, epoch, batch, index),
            unreadable,
            cancellationToken).ConfigureAwait(false);
        var captions = texts.Encode(
        [
            .. items.Select((image, index) => (image, index))
                .Where(item => !unreadable.Exists(fault => fault.Index == item.index))
                .Select(item => item.image.Captions[SeededRandom.For(seed, epoch, batch, item.index, 1).Next(item.image.Captions.Count)]),
        ]);
        return new CaptionedImageBatch(read, captions)
        {
            Skipped = [.. unreadable.Select(fault => new SkippedItem(items[fault.Index].Image.Value, items[fault.Index].Image, fault.Error.Reason))],
        };
    }
}

/// <summary>An image or video with the texts that describe it; an epoch draws one of them.</summary>
internal sealed record CaptionedImage(MediaId Image, IReadOnlyList<string> Captions);

/// <summary>One batch of image-text training, in host memory: pixels [B, 3, S, S], owned by the batch, and captions [B, T].</summary>
internal sealed record CaptionedImageBatch(PixelBatch Pixels, TokenBatch Captions) : IPartialBatch, IDisposable
{
    public IReadOnlyList<SkippedItem> Skipped { get; init; } = [];

    public void Dispose() => Pixels.Dispose();
}
