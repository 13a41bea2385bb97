namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Some hundred parsed rows: their texts as UTF-8, their scores as numbers, on the way from the parsing thread to the one that pools.</summary>
internal sealed class WebVidCoVRBatch
{
    /// <summary>How many rows fit; few enough that a batch stays in the processor's cache.</summary>
    public const int Capacity = 512;

    private readonly uint[] _lines = new uint[Capacity];
    private readonly int[] _scoreEnds = new int[Capacity];
    private float[] _scores = new float[Capacity * 16];

    /// <summary>How many rows there are.</summary>
    public int Count { get; private set; }

    /// <summary><c>pth1</c> and <c>pth2</c> of each row in turn.</summary>
    public TextColumn Identities { get; } = new(2 * Capacity);

    /// <summary><c>txt1</c>, as far as the file has and somebody needs them.</summary>
    public TextColumn ReferenceCaptions { get; } = new(Capacity);

    /// <summary><c>txt2</c>, as far as the file has them.</summary>
    public TextColumn TargetCaptions { get; } = new(Capacity);

    /// <summary><c>edit</c>, unless edits are made by rule.</summary>
    public TextColumn Edits { get; } = new(Capacity);

    /// <summary>Ends a row whose texts have been added.</summary>
    public void EndRow(long line, ReadOnlySpan<float> scores)
    {
        var start = Count == 0 ? 0 : _scoreEnds[Count - 1];
        if (start + scores.Length > _scores.Length)
        {
            Array.Resize(ref _scores, Math.Max(start + scores.Length, _scores.Length * 2));
        }

        scores.CopyTo(_scores.AsSpan(start));
        (_lines[Count], _scoreEnds[Count]) = ((uint)line, start + scores.Length);
        Count++;
    }

    /// <summary>The line of a row.</summary>
    public uint LineOf(int row) => _lines[row];

    /// <summary>The scores of a row.</summary>
    public ReadOnlySpan<float> ScoresOf(int row) => _scores.AsSpan((row == 0 ? 0 : _scoreEnds[row - 1]).._scoreEnds[row]);

    /// <summary>Makes the batch empty.</summary>
    public void Clear()
    {
        Count = 0;
        Identities.Clear();
        ReferenceCaptions.Clear();
        TargetCaptions.Clear();
        Edits.Clear();
    }

    /// <summary>Texts as UTF-8, one after the other.</summary>
    internal sealed class TextColumn(int capacity)
    {
        private readonly int[] _ends = new int[capacity];
        private readonly int[] _numbers = new int[capacity];
        private byte[] _bytes = new byte[capacity * 32];
        private int _count;

        /// <summary>The number of a text in its pool; -1 when there are no texts.</summary>
        public int NumberOf(int index) => _count == 0 ? -1 : _numbers[index];

        /// <summary>Adds a text.</summary>
        public void Add(ReadOnlySpan<byte> value)
        {
            var start = _count == 0 ? 0 : _ends[_count - 1];
            if (start + value.Length > _bytes.Length)
            {
                Array.Resize(ref _bytes, Math.Max(start + value.Length, _bytes.Length * 2));
            }

            value.CopyTo(_bytes.AsSpan(start));
            _ends[_count++] = start + value.Length;
        }

        /// <summary>Looks all texts up.</summary>
        public void Pool(TextPool pool) => pool.Add(_bytes, _ends.AsSpan(0, _count), _numbers);

        public void Clear() => _count = 0;
    }
}
