using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>The searchable rows of a folder's gallery: most in memory maps, the latest few thousand in memory.</summary>
/// <remarks>Any number of threads may search; one at a time may write.</remarks>
/// <param name="form">How embeddings become rows.</param>
/// <param name="parts">The items in parts.</param>
/// <param name="scratch">A folder for scratch files.</param>
/// <param name="read">Reads the current embedding of a record.</param>
internal sealed class FolderRows(RowForm form, IReadOnlyList<RowPart> parts, string scratch, Func<StoredRecord, EmbeddingSet> read)
{
    /// <summary>How many items stay in memory before they are written to a map, and how many dead ones in maps before all maps are rewritten.</summary>
    private const int ItemsInMemory = 16_384;
    private const int NumbersOfMap = 1 << 26;

    private readonly LiveRows _rows = new(form.Dimensions, form.IsCoded, parts);

    /// <summary>Adds new items, which are in no part, all of them to maps.</summary>
    public void Fill(IEnumerable<StoredRecord> records, CancellationToken cancellationToken)
    {
        foreach (var segment in records.GroupBy(record => record.Segment))
        {
            var reader = segment.Key.Reader();
            Map(segment.OrderBy(record => record.Offset).Select(record =>
            {
                cancellationToken.ThrowIfCancellationRequested();
                return (ItemOf(record), form.RowsOf(reader(record)));
            }));
        }

        _rows.Publish();
    }

    /// <summary>Makes changes visible atomically.</summary>
    public void Change(IEnumerable<StoredRecord> changed, IEnumerable<MediaId> gone)
    {
        foreach (var record in changed.Reverse().DistinctBy(record => record.Id))
        {
            if (record.Kind == RecordKind.Entry)
            {
                _rows.Upsert(ItemOf(record), form.RowsOf(record.Segment.ReadEmbedding(record)).Span);
            }
            else
            {
                _rows.Remove(record.Id);
            }
        }

        foreach (var id in gone)
        {
            _rows.Remove(id);
        }

        _rows.Publish();
        MoveToMaps();
    }

    /// <summary>Searches one state.</summary>
    public SearchResult[] Search(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken) => form.Search.Search(_rows, queries, cancellationToken);

    private void MoveToMaps()
    {
        var blocks = _rows.Snapshot.Blocks.AsSpan(_rows.BlocksOfParts).ToArray();
        var (alive, dead) = (0, 0);
        foreach (var block in blocks.Where(block => !block.IsOwned))
        {
            (alive, dead) = (alive + block.AliveCount, dead + block.Count - block.AliveCount);
        }

        var isMapStale = dead > alive + ItemsInMemory;
        if (isMapStale || blocks.Sum(block => block.AliveCount) - alive > ItemsInMemory)
        {
            Map(blocks.Where(block => isMapStale || block.IsOwned).SelectMany(block => block.AliveItems().Select(item => (block.Items[item], block.RowsOf(item, form.Dimensions)))));
            _rows.Publish();
        }
    }

    /// <summary>Moves items into maps.</summary>
    private void Map(IEnumerable<(LiveItem Item, ReadOnlyMemory<float> Rows)> items)
    {
        using var next = items.GetEnumerator();
        while (true)
        {
            var mapped = new List<LiveItem>();
            var starts = new List<int> { 0 };
            var rows = MappedNumbers.Write(scratch, Chunk(next, mapped, starts));
            foreach (var block in Coded([.. RowBlock.Cut(rows, mapped, item => starts[item], form.Dimensions, coded: false)]))
            {
                _rows.Add(block);
            }

            if (mapped.Count == 0)
            {
                return;
            }
        }
    }

    /// <summary>Gives blocks their codes, in a map of its own.</summary>
    private IEnumerable<RowBlock> Coded(RowBlock[] blocks)
    {
        if (!_rows.IsCoded)
        {
            return blocks;
        }

        var codes = MappedNumbers.Write(scratch, blocks.Select(block => (ReadOnlyMemory<byte>)RowCodes.Of(block.Values.Span, form.Dimensions)));
        var at = 0;
        return blocks.Select(block =>
        {
            var length = RowCodes.Length(block.Rows, form.Dimensions);
            return block with { Codes = codes.Slice((at += length) - length, length) };
        });
    }

    private IEnumerable<ReadOnlyMemory<float>> Chunk(IEnumerator<(LiveItem Item, ReadOnlyMemory<float> Rows)> items, List<LiveItem> mapped, List<int> starts)
    {
        while (starts[^1] < NumbersOfMap / form.Dimensions && items.MoveNext())
        {
            var (item, rows) = items.Current;
            mapped.Add(item);
            starts.Add(starts[^1] + (rows.Length / form.Dimensions));
            yield return rows;
        }
    }

    private LiveItem ItemOf(StoredRecord record) => new StoredItem(record, read);
}
