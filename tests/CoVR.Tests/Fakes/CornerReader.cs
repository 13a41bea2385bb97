using CoVR.Data;

namespace CoVR.Tests.Fakes;

/// <summary>A data set of the eight corners: from every corner, switch each channel.</summary>
public sealed class CornerReader : ITripletDatasetReader
{
    public static TripletDataset Dataset { get; } = new(
        "corners",
        DatasetSplit.Test,
        [
            .. from corner in Enumerable.Range(0, 8)
               from channel in Enumerable.Range(0, 3)
               select new Triplet($"{corner}-{channel}", ColourEncoder.IdOf(corner), new[] { "red", "green", "blue" }[channel], ColourEncoder.IdOf(corner ^ (1 << channel))),
        ],
        [.. Enumerable.Range(0, 8).Select(ColourEncoder.IdOf)]);

    public string Name => "corners";

    public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Dataset with { Split = split });
    }

    public MediaSource Locate(MediaId id) => MediaSource.FromFrames([ColourEncoder.Picture(id.Value[^1] - '0')]);
}
