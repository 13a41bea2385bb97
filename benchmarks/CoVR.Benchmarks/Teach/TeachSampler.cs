using CoVR.Data;
using CoVR.Training.Sampling;

namespace CoVR.Benchmarks.Teach;

/// <summary>Ordinary batches first; then half of the batches hold items that share attributes, which change from epoch to epoch.</summary>
internal sealed class TeachSampler : IBatchSampler
{
    private const int EpochSteps = 50;

    private readonly IBatchSampler[] _parts;
    private readonly int _ordinary;

    private TeachSampler(IEnumerable<string> captions, int batch, int ordinary, int seed, params string[][][] shared)
    {
        string[][] words = [.. captions.Select(caption => caption.Split(' ', ','))];
        _ordinary = ordinary / EpochSteps;
        _parts = [.. shared.Prepend([]).Select(attributes => IBatchSampler.ByAttribute(
            [.. words.Select(caption => string.Join(' ', caption.Where(word => attributes.Any(values => values.Contains(word))).Order(StringComparer.Ordinal)))],
            batch, EpochSteps, attributes.Length == 0 ? 0 : 0.5, seed))];
    }

    /// <inheritdoc/>
    public int BatchesPerEpoch => EpochSteps;

    /// <summary>Batches of pictures with captions.</summary>
    public static TeachSampler OfCaptions(TeachData data) => new(
        data.Train.Triplets.GroupBy(triplet => triplet.Target!.Value).Select(target => target.First().TargetCaption!), data.Size.PretrainingBatch, data.Size.Ordinary, data.Seed,
        [WorldWords.Sizes, WorldWords.Colours, WorldWords.Grounds], [WorldWords.Colours, WorldWords.Grounds]);

    /// <summary>Batches of triplets.</summary>
    public static TeachSampler OfEdits(TeachData data, TripletDataset triplets) => new(
        triplets.Triplets.Select(triplet => triplet.TargetCaption!), data.Size.CompositionBatch, 0, data.Seed,
        [WorldWords.Colours, WorldWords.Grounds], [WorldWords.Shapes, WorldWords.Grounds], [WorldWords.Shapes, WorldWords.Colours]);

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch) => _parts[epoch < _ordinary ? 0 : 1 + ((epoch - _ordinary) % (_parts.Length - 1))].Compose(epoch);

    /// <inheritdoc/>
    public string Describe() => $"{_ordinary} epochs, then in turn: {string.Join(", ", _parts.Select(part => part.Describe()))}";
}
