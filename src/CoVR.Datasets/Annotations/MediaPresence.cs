using CoVR.Data;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets;

/// <summary>Carries out the policy for media that are not there.</summary>
/// <param name="options">The data set.</param>
/// <param name="split">The split that is read.</param>
/// <param name="file">Its annotation file, for messages.</param>
/// <param name="folder">Where media were looked for, for messages.</param>
/// <param name="exists">Whether the media of an identity are there.</param>
/// <param name="logger">Is told what is left out.</param>
internal sealed class MediaPresence(DatasetOptions options, DatasetSplit split, string file, string folder, Func<string, bool> exists, ILogger logger)
{
    private bool IsStrict => options.MissingMedia == MissingMediaPolicy.Strict
        || (options.MissingMedia == MissingMediaPolicy.StrictTest && split == DatasetSplit.Test);

    /// <summary>The triplets whose reference and target are there.</summary>
    /// <exception cref="DatasetFormatException">Something is missing and the policy is strict, or nothing is left.</exception>
    public IReadOnlyList<Triplet> Keep(IReadOnlyList<Triplet> triplets, string referenceField, string targetField)
    {
        if (options.MissingMedia == MissingMediaPolicy.Ignore)
        {
            return triplets;
        }

        var references = MissingMedia.Find(referenceField, triplets.Select(triplet => triplet.Reference.Value), exists);
        var targets = MissingMedia.Find(targetField, triplets.Where(triplet => triplet.Target is not null).Select(triplet => triplet.Target!.Value.Value), exists);
        var absent = references.Ids.Concat(targets.Ids).Select(id => new MediaId(id)).ToHashSet();
        if (absent.Count == 0)
        {
            return triplets;
        }

        Triplet[] kept = [.. triplets.Where(triplet => !absent.Contains(triplet.Reference) && (triplet.Target is not { } target || !absent.Contains(target)))];
        Report(references, targets, kept.Length, triplets.Count);
        return kept;
    }

    /// <summary>The items of a gallery that are there.</summary>
    /// <exception cref="DatasetFormatException">One is missing and the policy is strict.</exception>
    public IReadOnlyList<MediaId> Keep(IReadOnlyList<MediaId> gallery, string field)
    {
        if (options.MissingMedia == MissingMediaPolicy.Ignore)
        {
            return gallery;
        }

        var missing = MissingMedia.Find(field, gallery.Select(id => id.Value), exists);
        if (missing.Ids.Count == 0)
        {
            return gallery;
        }

        var absent = missing.Ids.ToHashSet(StringComparer.Ordinal);
        MediaId[] kept = [.. gallery.Where(id => !absent.Contains(id.Value))];
        Report(missing, missing with { Ids = [] }, kept.Length, gallery.Count);
        return kept;
    }

    /// <summary>Throws or logs, as the policy says.</summary>
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
    }
}
