using Microsoft.Extensions.Logging;

namespace CoVR;

/// <summary>Appends to one segment of a store under the segment's lock; items that are written at the same time share one flush.</summary>
/// <remarks>Safe for use from several threads.</remarks>
internal sealed class SegmentWriter : IDisposable
{
    private readonly SegmentFiles _files;
    private readonly ILogger _logger;
    private readonly Func<SegmentFiles, EmbeddingSegment> _takeOver;
    private readonly Action<EmbeddingSegment, IReadOnlyList<EmbeddingSegment.Place>> _publish;
    private readonly Lock _gate = new();
    private FileStream? _lock;
    private EmbeddingSegment? _segment;
    private WriteBatch? _pending;
    private Task _saver = Task.CompletedTask;
    private bool _disposed;

    /// <param name="files">The segment.</param>
    /// <param name="takeOver">Opens the segment for writing, once the lock is held.</param>
    /// <param name="publish">Told about items when the disk has them.</param>
    /// <param name="logger">Told about repairs.</param>
    public SegmentWriter(
        SegmentFiles files,
        Func<SegmentFiles, EmbeddingSegment> takeOver,
        Action<EmbeddingSegment, IReadOnlyList<EmbeddingSegment.Place>> publish,
        ILogger logger) => (_files, _takeOver, _publish, _logger) = (files, takeOver, publish, logger);

    /// <summary>Adds a record; the task ends when the disk has it.</summary>
    public Task WriteAsync(MediaId id, byte[] record, int frames)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _pending ??= new WriteBatch();
            _pending.Add(id, record, frames);
            if (_saver.IsCompleted)
            {
                _saver = Task.Run(SavePending, CancellationToken.None);
            }

            return _pending.Saved.Task;
        }
    }

    /// <summary>Waits for pending writes and lets another writer in.</summary>
    public void Dispose()
    {
        Task saver;
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            saver = _saver;
        }

        saver.GetAwaiter().GetResult();
        _segment?.Dispose();
        _lock?.Dispose();
    }

    private void SavePending()
    {
        while (true)
        {
            WriteBatch batch;
            lock (_gate)
            {
                if (_pending is null)
                {
                    _saver = Task.CompletedTask;
                    return;
                }

                (batch, _pending) = (_pending, null);
            }

            try
            {
                Save(batch);
                batch.Saved.SetResult();
            }
            catch (Exception error)
            {
                batch.Saved.SetException(error);
            }
        }
    }

    private void Save(WriteBatch batch)
    {
        var segment = _segment ??= BecomeWriter();
        var offset = segment.Append(batch.Records);
        var places = new List<EmbeddingSegment.Place>(batch.Items.Count);
        foreach (var (id, bodyLength, frames) in batch.Items)
        {
            places.Add(new EmbeddingSegment.Place(id, offset, bodyLength, frames));
            offset += EmbeddingRecord.HeadSize + bodyLength;
        }

        _publish(segment, places);
    }

    private EmbeddingSegment BecomeWriter()
    {
        Directory.CreateDirectory(_files.Folder);
        var held = _files.TakeLock();
        try
        {
            var segment = _takeOver(_files);
            if (segment.Unfinished > 0)
            {
                _logger.UnfinishedRecordDropped(_files.SegmentPath, segment.End, segment.Unfinished);
                segment.TruncateToEnd();
            }

            _lock = held;
            return segment;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Items that share one flush.</summary>
    private sealed class WriteBatch
    {
        public TaskCompletionSource Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<ReadOnlyMemory<byte>> Records { get; } = [];

        public List<(MediaId Id, int BodyLength, int Frames)> Items { get; } = [];

        public void Add(MediaId id, byte[] record, int frames)
        {
            Records.Add(record);
            Items.Add((id, record.Length - EmbeddingRecord.HeadSize, frames));
        }
    }
}
