using System.Runtime.CompilerServices;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Embedding;

namespace CoVR.Reproduction.Embedding;

/// <summary>Scores the frames of each row's target video against the row's edit text: an annotation file with a new column <c>scores</c>.</summary>
/// <remarks>
/// <para>As <c>tools/embs/get_scores.py</c>: rows keep their order, <c>{annotation}_qs.csv</c> is written beside the annotation.
/// A shard takes every n-th row and writes <c>{annotation}_qs-{index}-{count}.csv</c>; <see cref="MergeAsync"/> merges shards
/// together. Files are written atomically. No model is needed: videos and texts are already embedded.</para>
/// </remarks>
/// <param name="videos">The embeddings of targets, [F, Q, D].</param>
/// <param name="edits">The embeddings of the edit texts.</param>
/// <param name="shard">This worker's rows; everything by default.</param>
public sealed class FrameScoreJob(IEmbeddingSource videos, TextEmbeddings edits, Shard shard = default)
{
    private const string Scores = "scores";
    private readonly IEmbeddingSource _videos = videos ?? throw new ArgumentNullException(nameof(videos));
    private readonly TextEmbeddings _edits = edits ?? throw new ArgumentNullException(nameof(edits));

    /// <summary>Scores the rows of an annotation file.</summary>
    /// <param name="annotation">A CSV with the columns <c>pth2</c> and <c>edit</c>; a column <c>scores</c> is replaced.</param>
    /// <param name="progress">Receives progress; may be null.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is written then.</param>
    /// <returns>The file and the missing targets.</returns>
    /// <exception cref="DatasetFormatException">The annotation is malformed, or one of its texts has no embedding.</exception>
    public async Task<FrameScoreReport> ScoreAsync(string annotation, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(annotation);
        using var table = await CsvTable.OpenAsync(annotation, cancellationToken).ConfigureAwait(false);
        var output = PathOf(annotation, shard);
        var (columns, scores) = Columns(table.Header);
        var count = new Counts(progress);
        await CsvTable.WriteAsync(output, columns, ScoreRowsAsync(table, columns.Length, scores, count, cancellationToken), cancellationToken).ConfigureAwait(false);
        count.Report();
        return new FrameScoreReport(output, count.Rows, count.Missing);
    }

    /// <summary>Merges the files of all shards in the order of the annotation's rows, and deletes them.</summary>
    /// <param name="annotation">The annotation that was scored.</param>
    /// <param name="shards">How many shards there were.</param>
    /// <param name="cancellationToken">Cancels the work; nothing is changed then.</param>
    /// <returns>The merged file, <c>{annotation}_qs.csv</c>.</returns>
    /// <exception cref="DatasetFormatException">Shards are missing (all are named), or do not belong together.</exception>
    public static async Task<string> MergeAsync(string annotation, int shards, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(annotation);
        ArgumentOutOfRangeException.ThrowIfLessThan(shards, 2);
        string[] files = [.. Enumerable.Range(0, shards).Select(index => PathOf(annotation, new Shard(index, shards)))];
        if (Array.FindAll(files, file => !File.Exists(file)) is { Length: > 0 } missing)
        {
            throw new DatasetFormatException(annotation, null, null, $"shards are missing: {string.Join(", ", missing.Select(Path.GetFileName))}.");
        }

        var output = PathOf(annotation, Shard.Whole);
        var tables = new List<CsvTable>();
        try
        {
            foreach (var file in files)
            {
                tables.Add(await CsvTable.OpenAsync(file, cancellationToken).ConfigureAwait(false));
            }

            await CsvTable.WriteAsync(output, tables[0].Header, InTurnAsync(tables, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            tables.ForEach(table => table.Dispose());
        }

        Array.ForEach(files, File.Delete);
        return output;
    }

    private static string PathOf(string annotation, Shard shard) => Path.Combine(
        Path.GetDirectoryName(Path.GetFullPath(annotation))!,
        $"{Path.GetFileNameWithoutExtension(annotation)}_qs{(shard.IsWhole ? "" : $"-{shard.Index}-{shard.Count}")}.csv");

    private static (string[] Columns, int Scores) Columns(IReadOnlyList<string> header)
    {
        string[] columns = [.. header];
        var scores = Array.FindIndex(columns, name => name.Trim() == Scores);
        return scores >= 0 ? (columns, scores) : ([.. columns, Scores], columns.Length);
    }

    /// <summary>Row r of the annotation is the next row of shard r mod n.</summary>
    private static async IAsyncEnumerable<string[]> InTurnAsync(List<CsvTable> tables, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rows = tables.Select(table => table.ReadAsync(cancellationToken).GetAsyncEnumerator(cancellationToken)).ToList();
        for (var at = 0; await rows[at].MoveNextAsync().ConfigureAwait(false); at = (at + 1) % rows.Count)
        {
            yield return rows[at].Current;
        }

        foreach (var (table, rest) in tables.Zip(rows))
        {
            if (await rest.MoveNextAsync().ConfigureAwait(false))
            {
                throw table.Fault(table.Line, null, "the shard has more rows than it should: the shards are from different annotations.");
            }

            await rest.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<string[]> ScoreRowsAsync(
        CsvTable table, int columns, int scores, Counts count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (target, edit) = (table.Column("pth2"), table.Column("edit"));
        var number = 0L;
        await foreach (var row in table.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!shard.ContainsRow(number++))
            {
                continue;
            }

            if (!_edits.TryGet(row[edit], out var text))
            {
                throw table.Fault(table.Line, "edit", $"'{row[edit]}' has no embedding. Embed the column 'edit' of this file first.");
            }

            var fields = row;
            Array.Resize(ref fields, columns);
            fields[scores] = FrameScores.Format(await ScoreAsync(table, row[target], text, count, cancellationToken).ConfigureAwait(false));
            count.Add();
            yield return fields;
        }
    }

    private async ValueTask<double[]> ScoreAsync(CsvTable table, string target, ReadOnlyMemory<float> text, Counts count, CancellationToken cancellationToken)
    {
        var id = string.IsNullOrWhiteSpace(target) ? throw table.Fault(table.Line, "pth2", "the field is empty; an id is expected.") : new MediaId(target);
        try
        {
            if (await _videos.ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } video)
            {
                return FrameScores.Compute(video, text.Span);
            }

            count.Missing[id] = "was not embedded";
        }
        catch (GalleryException error)
        {
            count.Missing[id] = error.Reason;
        }
        catch (ArithmeticException error)
        {
            count.Missing[id] = error.Message;
        }

        return [];
    }

    /// <summary>The progress of the work.</summary>
    private sealed class Counts(IProgress<JobProgress>? progress)
    {
        private const int Every = 1000;
        private readonly long _start = TimeProvider.System.GetTimestamp();

        public long Rows { get; private set; }

        public SortedDictionary<MediaId, string> Missing { get; } = [];

        public void Add()
        {
            if (++Rows % Every == 0)
            {
                Report();
            }
        }

        public void Report() => progress?.Report(new JobProgress(Rows, null, Missing.Count, TimeProvider.System.GetElapsedTime(_start)));
    }
}

/// <summary>The result of scoring an annotation file.</summary>
/// <param name="File">The file that was written.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Missing">Targets without a usable embedding; their rows have an empty list, as the reference writes it.</param>
public sealed record FrameScoreReport(string File, long Rows, IReadOnlyDictionary<MediaId, string> Missing);
