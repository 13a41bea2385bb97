using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Embedding;

namespace CoVR.Cli.Runs;

/// <summary>Checks before a run whether its targets are embedded.</summary>
/// <param name="host">Shows what is missing.</param>
/// <param name="model">The model, for the command that makes embeddings.</param>
/// <param name="policy">How rows without embeddings are treated.</param>
internal sealed class EmbeddedRows(CommandHost host, ConfiguredModel model, MissingMediaPolicy policy)
{
    private const int Named = 3;

    /// <summary>The rows whose target is embedded, and the candidates that are.</summary>
    /// <exception cref="CommandException">None is embedded, or one is missing although all are required; the message contains the command that embeds them.</exception>
    public async Task<TripletDataset> OfAsync(TripletDataset dataset, IEmbeddingSource source, IReadOnlyList<SplitEmbeddings> folders, CancellationToken cancellationToken)
    {
        var targets = dataset.Triplets.Select(triplet => triplet.Target).OfType<MediaId>().Concat(dataset.Split == DatasetSplit.Train ? [] : dataset.Candidates).Distinct().ToList();
        var coverage = await EmbeddingCoverage.CheckAsync(source, targets, readValues: false, null, cancellationToken);
        if (coverage.IsComplete)
        {
            return dataset;
        }

        var examples = string.Join(", ", coverage.Missing.Keys.Take(Named));
        var sentence = $"{coverage.Missing.Count:N0} of {coverage.Wanted:N0} targets of {dataset.Name} ({dataset.Split}) have no embedding, for example {examples}.";
        var makes = $"Create them with:{Environment.NewLine}{string.Join(Environment.NewLine, folders.Select(folder => $"  {folder.Command(host, model)}"))}";
        if (coverage.Present == 0 || policy == MissingMediaPolicy.Strict)
        {
            throw new CommandException($"{sentence} {makes}");
        }

        host.Warn($"{sentence} Their rows are skipped. {makes}");
        return dataset with
        {
            Triplets = [.. dataset.Triplets.Where(triplet => triplet.Target is not { } target || !coverage.Missing.ContainsKey(target))],
            Candidates = [.. dataset.Candidates.Where(id => !coverage.Missing.ContainsKey(id))],
        };
    }
}
