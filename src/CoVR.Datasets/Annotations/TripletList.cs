using CoVR.Data;

namespace CoVR.Datasets.Annotations;

/// <summary>Creates the triplets of JSON entries and checks them as a whole.</summary>
internal static class TripletList
{
    /// <summary>Makes the triplets.</summary>
    /// <exception cref="DatasetFormatException">There is none, two share an identity, or only some have a target.</exception>
    public static IReadOnlyList<Triplet> Of(string file, IReadOnlyList<JsonEntry> entries, Func<JsonEntry, Triplet> make)
    {
        if (entries.Count == 0)
        {
            throw new DatasetFormatException(file, 1, null, "the array is empty, expected at least one entry.");
        }

        Triplet[] triplets = [.. entries.Select(make)];
        HashSet<string> ids = new(StringComparer.Ordinal);
        for (var i = 0; i < triplets.Length; i++)
        {
            if (!ids.Add(triplets[i].Id))
            {
                throw entries[i].Fault($"the identity {triplets[i].Id} appears twice; each entry needs a different one.");
            }

            if (triplets[i].Target is null != triplets[0].Target is null)
            {
                throw entries[i].Fault(triplets[i].Target is null ? "the target is missing; the first entry has one." : "the entry has a target, but the first entry has none.");
            }
        }

        return triplets;
    }

    /// <summary>Counts the triplets of a file.</summary>
    /// <exception cref="DatasetFormatException">The file is missing or malformed, or has none.</exception>
    public static async Task<long> CountAsync(string file, Func<JsonEntry, Triplet> make, CancellationToken cancellationToken) =>
        Of(file, await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false), make).Count;

    /// <summary>Requires that a gallery holds every target.</summary>
    /// <exception cref="DatasetFormatException">One is missing.</exception>
    public static IReadOnlyList<MediaId> RequireTargets(string file, IReadOnlyList<Triplet> triplets, IReadOnlyList<MediaId> gallery)
    {
        var known = gallery.ToHashSet();
        foreach (var triplet in triplets)
        {
            if (triplet.Target is { } target && !known.Contains(target))
            {
                throw new DatasetFormatException(file, null, null, $"the gallery lacks the target '{target}' of query {triplet.Id}.");
            }
        }

        return gallery;
    }
}
