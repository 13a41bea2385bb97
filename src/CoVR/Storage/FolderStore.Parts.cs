using CoVR.Retrieval;

namespace CoVR.Storage;

internal sealed partial class FolderStore
{
    /// <summary>How many times as many items a process collects that does not search.</summary>
    private const int PartsOfUnsearched = 16;
    private bool _refusesParts;
    private int _triedWith;

    /// <summary>How many items are read from segments, or written to them, before they are written to a part. A test may set fewer.</summary>
    public int ItemsOfPart { get; set; } = 1 << 16;

    private bool UsesParts => !_refusesParts;

    /// <summary>Throws a damaged part away.</summary>
    public void Discard(SegmentPart part) => Work(() =>
    {
        logger.PartDamaged(folder, Path.GetFileName(part.Path));
        try
        {
            File.Delete(part.Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _refusesParts = true;
        }

        _rows = null;
        Reload();
    });

    private FolderRows ReadRows(CancellationToken cancellationToken)
    {
        var rows = new FolderRows(_form!, _index!.Parts.ToRows(ReadEmbedding), options.IsReadOnly || !Directory.Exists(folder) ? Path.GetTempPath() : folder, ReadEmbedding);
        rows.Fill(_index.EntriesInMemory, cancellationToken);
        return rows;
    }

    /// <summary>Writes items to parts once there are many that are in none.</summary>
    /// <param name="least">How many.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    private void MakeParts(int least, CancellationToken cancellationToken)
    {
        if (_form!.PartName is null || options.IsReadOnly || !UsesParts || _index!.CountInMemory < least + _triedWith || _index.Damage.Count > 0)
        {
            return;
        }

        try
        {
            foreach (var segment in _index.Segments)
            {
                MakePart(segment, least, cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or GalleryException or PartDamagedException)
        {
            logger.PartFailed(folder, error);
        }

        // What is left belongs to segments with few items, or cannot be written.
        _triedWith = _index.CountInMemory;
    }

    private void MakePart(SegmentFile segment, int least, CancellationToken cancellationToken)
    {
        var contents = _index!.NextPart(segment);
        if (contents.CountInMemory < Math.Min(least, RowBlock.Capacity) || new PartWriter(contents, _form!).Write(Step, cancellationToken) is not { } written)
        {
            return;
        }

        lock (_state)
        {
            _index.Replace(contents, written);
        }

        if (_rows is not null)
        {
            _rows = ReadRows(cancellationToken);
        }

        foreach (var (path, _, _) in segment.Files.Parts(_form!.PartName!).Where(file => file.Start >= written.Start && file.End <= written.End && file.Path != written.Path))
        {
            File.Delete(path);
        }
    }
}
