namespace CoVR.Training;

/// <summary>Prepares <see cref="CaptionedImageBatch"/>es in the background, in an order that does not depend on the number of workers.</summary>
/// <remarks>A picture that cannot be read is left out of its batch and reported; a batch of which nothing can be read ends the run.</remarks>
public sealed class CaptionedImageBatcher : IBatchSource<CaptionedImageBatch>
{
    private readonly IReadOnlyList<CaptionedImage> _images;
    private readonly IBatchSampler _sampler;
    private readonly IPixelSource _pixels;
    private readonly TrainingTokenizer _texts;
    private readonly int _workers;
    private readonly int _seed;

    /// <summary>Creates a batcher.</summary>
    /// <param name="images">The data; the sampler's positions refer to it.</param>
    /// <param name="sampler">Composes the batches.</param>
    /// <param name="pixels">Reads the images.</param>
    /// <param name="texts">Tokenises the captions.</param>
    /// <param name="workers">How many batches are prepared at the same time, ahead of their use; at least 1.</param>
    /// <param name="seed">The seed of augmentation, frame draws and caption draws.</param>
    public CaptionedImageBatcher(
        IReadOnlyList<CaptionedImage> images, IBatchSampler sampler, IPixelSource pixels, TrainingTokenizer texts, int workers = 2, int seed = 1234)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        _images = images ?? throw new ArgumentNullException(nameof(images));
        _sampler = sampler ?? throw new ArgumentNullException(nameof(sampler));
        _pixels = pixels ?? throw new ArgumentNullException(nameof(pixels));
        _texts = texts ?? throw new ArgumentNullException(nameof(texts));
        (_workers, _seed) = (workers, seed);
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => _sampler.BatchesPerEpoch;

    /// <inheritdoc/>
    public IAsyncEnumerable<CaptionedImageBatch> ReadAsync(int epoch, int first, CancellationToken cancellationToken)
    {
        var batches = _sampler.Compose(epoch);
        return OrderedPrefetch.RunAsync(first, batches.Count, _workers, (batch, stop) => PrepareAsync(batches[batch], epoch, batch, stop), cancellationToken);
    }

    /// <inheritdoc/>
    public string Describe() => $"{_sampler.Describe()}; items seeded by {_seed}";

    private async Task<CaptionedImageBatch> PrepareAsync(IReadOnlyList<int> positions, int epoch, int batch, CancellationToken cancellationToken)
    {
        CaptionedImage[] images = [.. positions.Select(position => _images[position])];
        List<UnreadablePlace> unreadable = [];
        var pixels = await PixelBatch.ReadAsync(
            _pixels,
            [.. images.Select(image => image.Image)],
            place => SeededRandom.For(_seed, epoch, batch, place),
            unreadable,
            cancellationToken).ConfigureAwait(false);
        var captions = _texts.Encode(
        [
            .. images.Select((image, place) => (image, place))
                .Where(item => !unreadable.Exists(fault => fault.Place == item.place))
                .Select(item => item.image.Captions[SeededRandom.For(_seed, epoch, batch, item.place, 1).Next(item.image.Captions.Count)]),
        ]);
        return new CaptionedImageBatch(pixels, captions)
        {
            Skipped = [.. unreadable.Select(fault => new SkippedItem(images[fault.Place].Image.Value, images[fault.Place].Image, fault.Error.Reason))],
        };
    }
}
