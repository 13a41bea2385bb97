using System.Runtime.CompilerServices;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>A batch of parsed rows on the way from the parsing thread to the one that interns their identities.</summary>
internal sealed class WebVidCoVRBatch
{
    /// <summary>How many rows fit; few enough that a batch stays in the processor's cache.</summary>
    public const int Capacity = 512;

    private readonly WebVidCoVRRowStore.Entry[] _rows = new WebVidCoVRRowStore.Entry[Capacity];
    private readonly int[] _ends = new int[2 * Capacity];
    private readonly int[] _numbers = new int[2 * Capacity];
    private byte[] _identities = new byte[2 * Capacity * 32];

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <param name="reference"><c>pth1</c> in UTF-8.</param>
    /// <param name="target"><c>pth2</c>.</param>
    /// <param name="row">All but their numbers.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> reference, ReadOnlySpan<byte> target, in WebVidCoVRRowStore.Entry row)
    {
        var start = Count == 0 ? 0 : _ends[(2 * Count) - 1];
        var (middle, end) = (start + reference.Length, start + reference.Length + target.Length);
        if (end > _identities.Length)
        {
            Array.Resize(ref _identities, Math.Max(end, _identities.Length * 2));
        }

        reference.CopyTo(_identities.AsSpan(start));
        target.CopyTo(_identities.AsSpan(middle));
        (_ends[2 * Count], _ends[(2 * Count) + 1]) = (middle, end);
        _rows[Count++] = row;
    }

    /// <summary>Numbers the identities of all rows.</summary>
    public void Number(Utf8StringPool identities) => identities.Add(_identities, _ends.AsSpan(0, 2 * Count), _numbers);

    /// <summary>A row, after <see cref="Number"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public WebVidCoVRRowStore.Entry RowAt(int row) => _rows[row] with { Reference = _numbers[2 * row], Target = _numbers[(2 * row) + 1] };

    /// <summary>Makes the batch empty.</summary>
    public void Clear() => Count = 0;
}
