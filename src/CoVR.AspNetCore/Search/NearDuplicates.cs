using System.Numerics.Tensors;

namespace CoVR.AspNetCore.Search;

/// <summary>Folds hits that show the same: equal files, and items whose mean embeddings have a cosine of at least 0.98.</summary>
internal static class NearDuplicates
{
    private const float Least = 0.98f;

    /// <summary>Groups entries; each goes to the first before it that is its like.</summary>
    /// <returns>For each entry the index of its group's first.</returns>
    public static int[] Group(IReadOnlyList<GalleryEntry> entries)
    {
        var directions = entries.Select(entry => Direction(entry.Embedding)).ToArray();
        var first = new int[entries.Count];
        for (var i = 0; i < first.Length; i++)
        {
            first[i] = Enumerable.Range(0, i).Where(j => first[j] == j && AreAlike(j, i)).DefaultIfEmpty(i).First();
        }

        return first;

        bool AreAlike(int one, int other) => entries[one].Properties.Kind == entries[other].Properties.Kind
            && ((entries[one].Properties.ContentHash is { } hash && hash == entries[other].Properties.ContentHash) || Dot(directions[one], directions[other]) >= Least);
    }

    private static float Dot(float[] one, float[] other) => TensorPrimitives.Dot<float>(one, other);

    // The mean over frames and vectors, of unit length.
    private static float[] Direction(EmbeddingSet of)
    {
        var sum = new float[of.Dimensions];
        var values = of.Values.Span;
        for (var at = 0; at < values.Length; at += of.Dimensions)
        {
            TensorPrimitives.Add(sum, values.Slice(at, of.Dimensions), sum);
        }

        var length = TensorPrimitives.Norm<float>(sum);
        if (length > 0)
        {
            TensorPrimitives.Divide(sum, length, sum);
        }

        return sum;
    }
}
