namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Where the rows of a file lie. One thread adds; when that is done, any number may read.</summary>
internal sealed class WebVidCoVRRowStore
{
    private const int RowsOfBlock = 1 << 14;
    private const int ScoresOfBlock = 1 << 18;

    private readonly List<Entry[]> _rows = [];
    private readonly List<float[]> _scores = [];
    private int _used = ScoresOfBlock;

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary><c>pth1</c> and <c>pth2</c>.</summary>
    public TextPool Identities { get; } = new();

    /// <summary><c>txt1</c> and <c>txt2</c>.</summary>
    public TextPool Captions { get; } = new();

    /// <summary><c>edit</c>.</summary>
    public TextPool Edits { get; } = new();

    /// <summary>Adds a row; its number is its place.</summary>
    public void Add(Entry entry, ReadOnlySpan<float> scores)
    {
        if (_used + scores.Length > ScoresOfBlock && !scores.IsEmpty)
        {
            _scores.Add(new float[Math.Max(ScoresOfBlock, scores.Length)]);
            _used = 0;
        }

        if (Count % RowsOfBlock == 0)
        {
            _rows.Add(new Entry[RowsOfBlock]);
        }

        _rows[^1][Count++ % RowsOfBlock] = entry with { Block = _scores.Count - 1, Start = _used, Scores = scores.Length };
        if (!scores.IsEmpty)
        {
            scores.CopyTo(_scores[^1].AsSpan(_used));
            _used += scores.Length;
        }
    }

    /// <summary>The numbers of a row.</summary>
    public ref readonly Entry EntryAt(int place) => ref _rows[place / RowsOfBlock][place % RowsOfBlock];

    /// <summary>Makes a row.</summary>
    public WebVidCoVRRow RowAt(int place)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)place, (uint)Count, nameof(place));
        ref readonly var entry = ref EntryAt(place);
        return new WebVidCoVRRow(
            place,
            entry.Line,
            Identities[entry.Reference],
            Identities[entry.Target],
            entry.ReferenceCaption < 0 ? null : Captions[entry.ReferenceCaption],
            entry.TargetCaption < 0 ? null : Captions[entry.TargetCaption],
            entry.Edit < 0 ? "" : Edits[entry.Edit],
            entry.Scores == 0 ? null : (IReadOnlyList<float>)new ArraySegment<float>(_scores[entry.Block], entry.Start, entry.Scores));
    }

    /// <summary>One row: its line, the numbers of its texts (-1 for none), and where its scores are.</summary>
    internal readonly record struct Entry(
        uint Line, int Reference, int Target, int ReferenceCaption, int TargetCaption, int Edit, int Block = 0, int Start = 0, int Scores = 0);
}
