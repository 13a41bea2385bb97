namespace CoVR.Retrieval;

/// <summary>The searchable rows of a gallery, which may change during searches.</summary>
/// <remarks>
/// Any number of threads may read; one at a time may write. Readers take the current <see cref="RowSnapshot"/> and wait at most for the
/// publishing of a change. A batch of changes is published atomically. Blocks that are more than half dead are merged, so that the
/// memory stays within about twice that of the live items; memory of others (<see cref="Add"/>) is released once none of its items is live.
/// </remarks>
/// <param name="dimensions">D.</param>
/// <param name="coded">Whether added rows get codes.</param>
/// <param name="parts">The first items; null for none. An item must be live in one part at most.</param>
internal sealed class LiveRows(int dimensions, bool coded = true, IReadOnlyList<RowPart>? parts = null)
{
    private const int DeadBeforeClosing = 256;

    // Guards _published together with _ordinals. The rest belongs to the writer.
    private readonly Lock _gate = new();
    private readonly Dictionary<MediaId, int> _ordinals = [];
    private readonly List<(MediaId Id, int? Ordinal)> _moves = [];
    private readonly RowPart[] _parts = [.. parts ?? []];
    private readonly List<RowBlock> _blocks = [.. (parts ?? []).SelectMany(part => part.Blocks)];
    private readonly SortedSet<int> _unused = [];
    private readonly HashSet<int> _thinned = [];
    private RowSnapshot _published = new([.. (parts ?? []).SelectMany(part => part.Blocks)], dimensions);
    private GrowingBlock? _growing;
    private int _growingAt;

    /// <summary>D.</summary>
    public int Dimensions => dimensions;

    /// <summary>Whether added rows get codes.</summary>
    public bool IsCoded => coded;

    /// <summary>How many blocks of a snapshot belong to parts; they come first.</summary>
    public int BlocksOfParts { get; } = (parts ?? []).Sum(part => part.Blocks.Length);

    /// <summary>The last published state.</summary>
    public RowSnapshot Snapshot => Volatile.Read(ref _published);

    /// <summary>The last published state, with the ordinals of items in it.</summary>
    /// <param name="ids">Lists of identities; unknown ones are left out.</param>
    public (RowSnapshot Rows, int[][] Ordinals) Find(IReadOnlyList<IEnumerable<MediaId>> ids)
    {
        lock (_gate)
        {
            return (_published, [.. ids.Select(list => list.Select(id => OrdinalOf(id, _published.Blocks)).Where(ordinal => ordinal >= 0).ToArray())]);
        }
    }

    /// <summary>Whether the last published state contains an item.</summary>
    public bool Contains(MediaId id)
    {
        lock (_gate)
        {
            return OrdinalOf(id, _published.Blocks) >= 0;
        }
    }

    /// <summary>Adds an item or replaces the one with the same identity. Visible after <see cref="Publish"/>. An identity may occur once between two calls of it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="rows">Its rows [.., D]; copied.</param>
    public void Upsert(LiveItem item, ReadOnlySpan<float> rows)
    {
        Kill(item.Id);
        _moves.Add((item.Id, Append(item, rows)));
    }

    /// <summary>Removes an item. Visible after <see cref="Publish"/>.</summary>
    /// <returns>Whether it existed.</returns>
    public bool Remove(MediaId id)
    {
        if (!Kill(id))
        {
            return false;
        }

        _moves.Add((id, null));
        return true;
    }

    /// <summary>Adds the items of a block, or replaces those with the same identities, without copying its rows. Visible after <see cref="Publish"/>.</summary>
    /// <param name="block">Items and rows; see <see cref="RowBlock.Cut"/>.</param>
    public void Add(RowBlock block)
    {
        var place = Place(block);
        foreach (var item in block.AliveItems())
        {
            Kill(block.Items[item].Id);
            _moves.Add((block.Items[item].Id, Ordinal(place, item)));
        }
    }

    /// <summary>Makes all changes since the last call visible, atomically.</summary>
    public void Publish()
    {
        if (_moves.Count == 0)
        {
            return;
        }

        while (_thinned.Count > 0)
        {
            var place = _thinned.First();
            _thinned.Remove(place);
            Compact(place);
        }

        if (_growing is not null && _growing.Count > _blocks[_growingAt].Count)
        {
            _blocks[_growingAt] = _blocks[_growingAt].Grown(_growing.ToBlock());
        }

        var next = new RowSnapshot([.. _blocks], dimensions);
        lock (_gate)
        {
            foreach (var (id, ordinal) in _moves)
            {
                if (ordinal is { } there)
                {
                    _ordinals[id] = there;
                }
                else
                {
                    _ordinals.Remove(id);
                }
            }

            _published = next;
        }

        _moves.Clear();
        _moves.TrimExcess();
    }

    private static int Ordinal(int place, int item) => (place * RowBlock.Capacity) + item;

    /// <summary>The ordinal of an item; -1 if absent.</summary>
    private int OrdinalOf(MediaId id, IReadOnlyList<RowBlock> blocks)
    {
        if (_ordinals.TryGetValue(id, out var ordinal))
        {
            return ordinal;
        }

        var first = 0;
        foreach (var part in _parts)
        {
            if (part.Find(id) is >= 0 and var at && blocks[first + (at / part.ItemsOfBlock)].IsAlive(at % part.ItemsOfBlock))
            {
                return Ordinal(first + (at / part.ItemsOfBlock), at % part.ItemsOfBlock);
            }

            first += part.Blocks.Length;
        }

        return -1;
    }

    private bool Kill(MediaId id)
    {
        var ordinal = OrdinalOf(id, _blocks);
        if (ordinal < 0)
        {
            return false;
        }

        var place = ordinal / RowBlock.Capacity;
        _blocks[place] = _blocks[place].Without(ordinal % RowBlock.Capacity);
        _thinned.Add(place);
        return true;
    }

    private int Append(LiveItem item, ReadOnlySpan<float> rows)
    {
        if (_growing is null || !_growing.Fits(rows.Length / dimensions))
        {
            Close();
            _growing = new GrowingBlock(dimensions, coded);
            _growingAt = Place(RowBlock.Empty);
        }

        _growing.Add(item, rows);
        return Ordinal(_growingAt, _growing.Count - 1);
    }

    private void Close()
    {
        if (_growing is not null)
        {
            _blocks[_growingAt] = _blocks[_growingAt].Grown(_growing.ToBlock());
            _growing = null;
            _thinned.Add(_growingAt);
        }
    }

    private int Place(RowBlock block)
    {
        if (_unused.Count == 0)
        {
            _blocks.Add(block);
            return _blocks.Count - 1;
        }

        var place = _unused.Min;
        _unused.Remove(place);
        _blocks[place] = block;
        return place;
    }

    /// <summary>Copies live items elsewhere when more than half of a block is dead.</summary>
    private void Compact(int place)
    {
        var block = _blocks[place];
        var isGrowing = _growing is not null && place == _growingAt;
        var dead = block.Count - block.AliveCount;
        if ((block.AliveCount > 0 && (!block.IsOwned || dead <= block.AliveCount)) || (isGrowing && dead < DeadBeforeClosing))
        {
            return;
        }

        if (isGrowing)
        {
            Close();
            block = _blocks[place];
        }

        foreach (var item in block.AliveItems())
        {
            _moves.Add((block.Items[item].Id, Append(block.Items[item], block.RowsOf(item, dimensions).Span)));
        }

        _blocks[place] = RowBlock.Empty;
        if (place >= BlocksOfParts)
        {
            _unused.Add(place);
        }
    }
}
