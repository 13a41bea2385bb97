namespace CoVR.Datasets.Doctor;

/// <summary>The items that are to be had again: pictures and videos to download, embeddings to make.</summary>
/// <remarks>
/// Its lists of identities, one a line, are what <c>covr download videos --todo-ids</c> and <c>covr embed … --todo_ids</c> take. An
/// item whose picture is broken and which has no embedding is on both.
/// </remarks>
public sealed class RepairList
{
    /// <summary>The file with reasons in <see cref="SaveAsync"/>'s folder.</summary>
    public const string FileName = "repair.json";

    private static readonly (DoctorRemedy Remedy, string Name)[] Lists = [(DoctorRemedy.Download, "download_ids.txt"), (DoctorRemedy.Embed, "embed_ids.txt")];

    internal RepairList(IEnumerable<DoctorFinding> findings) =>
        Items = [.. findings.Where(finding => finding is { Remedy: not DoctorRemedy.None, Id: not null }).Select(finding => new RepairItem(finding.Remedy, finding.Dataset ?? "", finding.Id!, finding.Kind, finding.File, finding.Reason))];

    /// <summary>What is to be done, each item with its reason.</summary>
    public IReadOnlyList<RepairItem> Items { get; }

    /// <summary>The identities of one list, each once, in ordinal order.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="remedy">Which list.</param>
    /// <returns>The identities.</returns>
    public IReadOnlyList<string> Ids(string dataset, DoctorRemedy remedy) =>
        [.. Items.Where(item => item.Remedy == remedy && item.Dataset == dataset).Select(item => item.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    /// <summary>Writes <c>repair.json</c> and a list of identities for each data set and remedy, each file whole or not at all.</summary>
    /// <param name="folder">Made when missing; lists of an earlier run are replaced, or removed when nothing is left to do.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <returns>The paths that were written, for example <c>webvid-covr_embed_ids.txt</c>.</returns>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public async Task<IReadOnlyList<string>> SaveAsync(string folder, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        List<string> written = [await DoctorFiles.WriteAsync(Path.Combine(folder, FileName), DoctorReport.Serialize(Items), cancellationToken).ConfigureAwait(false)];
        foreach (var dataset in Items.Select(item => item.Dataset).Distinct(StringComparer.Ordinal))
        {
            foreach (var (remedy, _) in Lists)
            {
                if (Ids(dataset, remedy) is { Count: > 0 } ids)
                {
                    written.Add(await DoctorFiles.WriteAsync(Path.Combine(folder, NameOf(dataset, remedy)), string.Join('\n', ids) + "\n", cancellationToken).ConfigureAwait(false));
                }
            }
        }

        foreach (var done in Lists.SelectMany(list => Directory.EnumerateFiles(folder, "*_" + list.Name)).Except(written.Select(Path.GetFullPath).Concat(written)).ToList())
        {
            File.Delete(done);
        }

        return written;
    }

    /// <summary>The name of a list's file.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="remedy">Which list.</param>
    /// <returns>For example <c>webvid-covr_embed_ids.txt</c>.</returns>
    public static string NameOf(string dataset, DoctorRemedy remedy)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        var name = Lists.First(list => list.Remedy == remedy).Name;
        return $"{string.Concat(dataset.Select(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or '+' ? letter : '_'))}_{name}";
    }
}

/// <summary>One item of a <see cref="RepairList"/>.</summary>
/// <param name="Remedy">What is to be done.</param>
/// <param name="Dataset">The data set.</param>
/// <param name="Id">The item.</param>
/// <param name="Kind">What is wrong: one of <see cref="DoctorKinds"/>.</param>
/// <param name="File">The file; null when there is none.</param>
/// <param name="Reason">What is wrong, in a sentence.</param>
public sealed record RepairItem(DoctorRemedy Remedy, string Dataset, string Id, string Kind, string? File, string Reason);
