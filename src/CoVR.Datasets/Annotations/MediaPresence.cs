using CoVR.Data;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Annotations;

/// <summary>Applies the policy for missing media, and counts what is left out.</summary>
/// <param name="options">The data set.</param>
/// <param name="split">The split that is read.</param>
/// <param name="file">Its annotation file, for messages.</param>
/// <param name="folder">Where media are expected, for messages.</param>
/// <param name="exists">Whether the media of an identity exist.</param>
/// <param name="logger">Logs what is left out.</param>
internal sealed class MediaPresence(DatasetOptions options, DatasetSplit split, string file, string folder, Func<string, bool> exists, ILogger logger)
{
    private readonly HashSet<string> _missing = new(StringComparer.Ordinal);
    private (int Triplets, int Targets, int Candidates) _left;

    private bool IsStrict => options.MissingMedia == MissingMediaPolicy.Strict
        || (options.MissingMedia == MissingMediaPolicy.StrictTest && split == DatasetSplit.Test);

    /// <summary>Whether an item can be searched for: its media exist, or it is already embedded, so they are not needed.</summary>
    public bool CanBeSearched(string id) => exists(id) || options.IsEmbedded?.Invoke(split, new MediaId(id)) == true;

    /// <summary>Adds what was left out to a split.</summary>
    public TripletDataset CountMissing(TripletDataset dataset) => _missing.Count == 0 ? dataset : dataset with
    {
        MissingMedia = [.. _missing.Order(CodePointComparer.Instance).Select(id => new MediaId(id))],
        MissingTriplets = _left.Triplets,
        MissingTargets = _left.Targets,
        MissingCandidates = _left.Candidates,
    };

    /// <summary>The triplets whose reference and target are available.</summary>
    /// <exception cref="DatasetFormatException">Something is missing and the policy is strict, or nothing is left.</exception>
    public IReadOnlyList<Triplet> Keep(IReadOnlyList<Triplet> triplets, string referenceField, string targetField)
    {
        if (options.MissingMedia == MissingMediaPolicy.Ignore)
        {
            return triplets;
        }

        var references = MissingMedia.Find(referenceField, triplets.Select(triplet => triplet.Reference.Value), exists);
        var targets = MissingMedia.Find(targetField, Targets(triplets), CanBeSearched);
        if (references.Ids.Count + targets.Ids.Count == 0)
        {
            return triplets;
        }

        var (unread, unsearched) = (references.Ids.ToHashSet(StringComparer.Ordinal), targets.Ids.ToHashSet(StringComparer.Ordinal));
        Triplet[] kept = [.. triplets.Where(triplet => !unread.Contains(triplet.Reference.Value) && (triplet.Target is not { } target || !unsearched.Contains(target.Value)))];
        Report(references, targets, kept.Length, triplets.Count);
        _left = (_left.Triplets + triplets.Count - kept.Length, _left.Targets + Targets(triplets).Distinct().Count() - Targets(kept).Distinct().Count(), _left.Candidates);
        return kept;
    }

    /// <summary>The available items of a gallery.</summary>
    /// <exception cref="DatasetFormatException">One is missing and the policy is strict.</exception>
    public IReadOnlyList<MediaId> Keep(IReadOnlyList<MediaId> gallery, string field)
    {
        if (options.MissingMedia == MissingMediaPolicy.Ignore)
        {
            return gallery;
        }

        var missing = MissingMedia.Find(field, gallery.Select(id => id.Value), CanBeSearched);
        if (missing.Ids.Count == 0)
        {
            return gallery;
        }

        var absent = missing.Ids.ToHashSet(StringComparer.Ordinal);
        MediaId[] kept = [.. gallery.Where(id => !absent.Contains(id.Value))];
        Report(missing, missing with { Ids = [] }, kept.Length, gallery.Count);
        _left.Candidates += gallery.Count - kept.Length;
        return kept;
    }

    /// <summary>Throws, or logs and counts what is missing, depending on the policy.</summary>
    public void Report(MissingMedia first, MissingMedia second, int left, int total)
    {
        MissingMedia[] missing = [.. new[] { first, second }.Where(part => part.Ids.Count > 0)];
        if (missing.Length == 0)
        {
            return;
        }

        var sentence = string.Join("; ", missing.Select(part => part.Describe()));
        if (IsStrict || left == 0)
        {
            throw new DatasetFormatException(file, null, missing[0].Field, $"media in '{folder}': {sentence}.");
        }

        Log.MediaMissing(logger, options.Name, split, sentence, left, total);
        _missing.UnionWith(first.Ids.Concat(second.Ids));
    }

    /// <summary>Counts what a table leaves out.</summary>
    public void Count(int triplets, int targets, int candidates) => _left = (triplets, targets, candidates);

    private static IEnumerable<string> Targets(IEnumerable<Triplet> triplets) =>
        triplets.Where(triplet => triplet.Target is not null).Select(triplet => triplet.Target!.Value.Value);
}
