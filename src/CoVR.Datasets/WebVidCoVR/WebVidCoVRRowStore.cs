using System.Runtime.CompilerServices;
using System.Text;
using CoVR.Datasets.Annotations;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// The rows of a file: identities as pool numbers, because they repeat and are compared; texts as UTF-8, converted to strings when
/// requested.
/// </summary>
/// <remarks>One thread adds rows, one writes <see cref="Texts"/> and <see cref="Scores"/>; when both are done, any number may read.</remarks>
internal sealed class WebVidCoVRRowStore
{
    private const int RowsOfBlock = 1 << 14;

    private readonly List<Entry[]> _rows = [];
    private readonly Lazy<int[]> _captions;

    /// <summary>Creates an empty store.</summary>
    public WebVidCoVRRowStore() => _captions = new Lazy<int[]>(NumberCaptions);

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary><c>pth1</c> and <c>pth2</c>.</summary>
    public Utf8StringPool Identities { get; } = new();

    /// <summary>Of each row <c>txt1</c>, <c>txt2</c> and <c>edit</c> in UTF-8, as far as there are any.</summary>
    public ChunkedBuffer<byte> Texts { get; } = new();

    /// <summary>Of each row the scores.</summary>
    public ChunkedBuffer<float> Scores { get; } = new();

    /// <summary>Adds a row; its number is its index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(in Entry entry)
    {
        if (Count % RowsOfBlock == 0)
        {
            _rows.Add(new Entry[RowsOfBlock]);
        }

        _rows[^1][Count++ % RowsOfBlock] = entry;
    }

    /// <summary>The numbers of a row.</summary>
    public ref readonly Entry EntryAt(int place) => ref _rows[place / RowsOfBlock][place % RowsOfBlock];

    /// <summary>The number of a row's target caption; equal numbers are equal captions, -1 is none.</summary>
    public int TargetCaptionNumber(int place) => _captions.Value[place];

    /// <summary>Makes a row.</summary>
    public WebVidCoVRRow RowAt(int place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        ref readonly var entry = ref EntryAt(place);
        var texts = Texts.At(entry.Texts, entry.Length);
        return new WebVidCoVRRow(
            place,
            entry.Line,
            Identities[entry.Reference],
            Identities[entry.Target],
            TextOf(texts, entry.ReferenceCaption),
            TextOf(texts[entry.TargetCaptionStart..], entry.TargetCaption),
            TextOf(texts[entry.EditStart..], entry.Edit) ?? "",
            entry.ScoreCount == 0 ? null : (IReadOnlyList<float>)Scores.SegmentAt(entry.Scores, entry.ScoreCount));
    }

    private static string? TextOf(ReadOnlySpan<byte> texts, int length) => length < 0 ? null : Encoding.UTF8.GetString(texts[..length]);

    private int[] NumberCaptions()
    {
        var (pool, numbers) = (new Utf8StringPool(), new int[Count]);
        for (var row = 0; row < Count; row++)
        {
            ref readonly var entry = ref EntryAt(row);
            if (entry.TargetCaption < 0)
            {
                numbers[row] = -1;
            }
            else
            {
                pool.Add(Texts.At(entry.Texts, entry.Length).Slice(entry.TargetCaptionStart, entry.TargetCaption), [entry.TargetCaption], numbers.AsSpan(row, 1));
            }
        }

        return numbers;
    }

    /// <summary>One row: its line, the numbers of its identities, where its scores and texts begin, how many scores there are, and the bytes of each text (-1 for none).</summary>
    internal readonly record struct Entry(
        uint Line, ChunkSlice Scores, int ScoreCount, ChunkSlice Texts, int ReferenceCaption, int TargetCaption, int Edit, int Reference = -1, int Target = -1)
    {
        /// <summary>The bytes of all texts.</summary>
        public int Length => EditStart + Math.Max(0, Edit);

        /// <summary>Where <c>txt2</c> begins.</summary>
        public int TargetCaptionStart => Math.Max(0, ReferenceCaption);

        /// <summary>Where <c>edit</c> begins.</summary>
        public int EditStart => TargetCaptionStart + Math.Max(0, TargetCaption);
    }
}
