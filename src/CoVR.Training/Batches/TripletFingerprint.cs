using System.IO.Hashing;
using System.Runtime.InteropServices;
using CoVR.Data;

namespace CoVR.Training;

/// <summary>A number that changes when the training data do, in whatever file they lie.</summary>
internal static class TripletFingerprint
{
    /// <summary>The hash of ids, texts and their order, as 16 hexadecimal digits.</summary>
    internal static string Of(IReadOnlyList<Triplet> triplets)
    {
        var hash = new XxHash3();
        foreach (var triplet in triplets)
        {
            Append(hash, triplet.Id);
            Append(hash, triplet.Reference.Value);
            Append(hash, triplet.Target?.Value);
            Append(hash, triplet.TargetCaption);
            foreach (var text in triplet.Alternatives ?? [triplet.Modification])
            {
                Append(hash, text);
            }
        }

        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static void Append(XxHash3 hash, string? text)
    {
        hash.Append(MemoryMarshal.AsBytes(text.AsSpan()));
        hash.Append([0, (byte)(text is null ? 1 : 0)]);
    }
}
