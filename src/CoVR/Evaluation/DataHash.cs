using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Hashes what a data set asks, independent of its order.</summary>
internal static class DataHash
{
    /// <summary>SHA-256, lower-case hexadecimal.</summary>
    public static string Of(TripletDataset dataset)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var triplet in dataset.Triplets.OrderBy(triplet => triplet.Id, StringComparer.Ordinal))
        {
            Add(hash, triplet.Id);
            Add(hash, triplet.Reference.Value);
            Add(hash, triplet.Modification);
            Add(hash, triplet.Target?.Value);
            Add(hash, triplet.TargetCaption);
            Add(hash, triplet.FrameScores, score => Add(hash, BitConverter.SingleToInt32Bits(score)));
            Add(hash, triplet.Subset?.Select(id => id.Value).Order(StringComparer.Ordinal).ToArray(), id => Add(hash, id));
            Add(hash, triplet.Answers?.OrderBy(answer => answer.Key.Value, StringComparer.Ordinal).ToArray(), answer =>
            {
                Add(hash, answer.Key.Value);
                Add(hash, answer.Value.ToString("R", CultureInfo.InvariantCulture));
            });
        }

        Add(hash, dataset.Candidates.Select(id => id.Value).Order(StringComparer.Ordinal).ToArray(), id => Add(hash, id));

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add<T>(IncrementalHash hash, IReadOnlyList<T>? items, Action<T> add)
    {
        Add(hash, items?.Count ?? -1);
        foreach (var item in items ?? [])
        {
            add(item);
        }
    }

    private static void Add(IncrementalHash hash, string? text)
    {
        var bytes = Encoding.UTF8.GetBytes(text ?? "");
        Add(hash, text is null ? -1 : bytes.Length);
        hash.AppendData(bytes);
    }

    private static void Add(IncrementalHash hash, int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
