using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Reads all captions into one table and removes what cannot be used, each row counted under one reason.</summary>
/// <param name="options">Files, folders and columns.</param>
/// <param name="sources">Other sources.</param>
internal sealed class CollectStage(CollectOptions options, IReadOnlyList<ICaptionSource> sources) : Stage
{
    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.Collect;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["items"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() =>
        [Describe(options), .. options.Inputs.SelectMany(input => Directory.Exists(input) ? CaptionFolder.Describe(input) : [DescribeFile(input)]), .. sources.Select(source => source.Fingerprint)];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Foresee(WorkFile file) => [.. sources.Select(source => source.Estimate()).OfType<string>()];

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute("CREATE TABLE items (id VARCHAR, path VARCHAR, caption VARCHAR, text VARCHAR, grp VARCHAR, licence VARCHAR)", cancellationToken);
        if (options.Inputs.Count == 0 && sources.Count == 0)
        {
            throw new ConstructionException("Stage 'Collect'", "there is no input; name files or folders of captions.");
        }

        foreach (var input in options.Inputs)
        {
            await AddInputAsync(input, work, cancellationToken).ConfigureAwait(false);
        }

        foreach (var source in sources)
        {
            await AddAsync(source.ReadAsync(cancellationToken), work, cancellationToken, source).ConfigureAwait(false);
        }

        DropUnusable(work, cancellationToken);
        new MediaCheck(options, work).DropMissing(cancellationToken);

        // For those who look at the media later: no other stage depends on it.
        work.File.Execute($"CREATE OR REPLACE TABLE media_folder AS SELECT {Sql.Text(Path.GetFullPath(options.MediaFolder ?? "."))} AS path", cancellationToken);
        if (work.File.Number("SELECT count(*) FROM items", cancellationToken) == 0)
        {
            throw new ConstructionException("Stage 'Collect'", $"no caption is left. {string.Join("; ", work.Dropped.Select(dropped => $"{dropped.Reason}: {dropped.Count}"))}");
        }
    }

    private async Task AddInputAsync(string input, StageWork work, CancellationToken cancellationToken)
    {
        if (Directory.Exists(input))
        {
            await AddAsync(CaptionFolder.Read(input).ToAsyncEnumerable(), work, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            new CaptionFiles(options, work).Add(input, cancellationToken);
        }
    }

    private async Task AddAsync(IAsyncEnumerable<MediaCaption> captions, StageWork work, CancellationToken cancellationToken, ICaptionSource? source = null)
    {
        work.File.Execute("CREATE TEMP TABLE incoming (id VARCHAR, path VARCHAR, caption VARCHAR, grp VARCHAR, licence VARCHAR)", cancellationToken);
        var (tally, read) = (new DropTally(), 0L);
        using (var rows = work.File.Append("incoming"))
        {
            await foreach (var item in captions.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (tally.Keep(item.Fault, item.Id))
                {
                    rows.CreateRow().AppendValue(item.Id).AppendValue(item.Path).AppendValue(item.Caption).AppendValue(item.Group).AppendValue(item.Licence).EndRow();
                }

                work.Progress?.Report(new JobProgress(++read, null, 0, TimeSpan.Zero) { Activity = source?.Spent is { } spent ? $"{Name}, {spent}" : Name.ToString() });
            }
        }

        tally.Report(work);
        CaptionFiles.Insert(work.File, "SELECT * FROM incoming", cancellationToken);
        work.File.Execute("DROP TABLE incoming", cancellationToken);
    }

    private void DropUnusable(StageWork work, CancellationToken cancellationToken)
    {
        work.Delete("no identity", "items", "trim(coalesce(id, '')) = ''", "coalesce(caption, '')", cancellationToken);
        work.Delete("no words in the caption", "items", "text = ''", "id", cancellationToken);
        work.Delete($"caption of more than {options.MaxWords} words", "items", $"length(text) >= {options.MaxWords} AND len(string_split(text, ' ')) > {options.MaxWords}", "id", cancellationToken);
        var key = options.SeveralCaptions ? "id, text" : "id";
        if (work.File.Number($"SELECT count(*) FROM (SELECT 1 FROM items GROUP BY {key} HAVING count(*) > 1)", cancellationToken) > 0)
        {
            work.Delete("duplicate identity", "items", $"""
                rowid IN (SELECT row FROM (SELECT rowid AS row, row_number() OVER (PARTITION BY {key} ORDER BY rowid) AS place FROM items) WHERE place > 1)
                """, "id", cancellationToken);
        }
    }
}
