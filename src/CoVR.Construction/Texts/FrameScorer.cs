using System.Globalization;
using CoVR.Construction.Work;
using CoVR.Retrieval;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Texts;

/// <summary>Scores each frame of a target against the edit: the column <c>scores</c> of WebVid-CoVR.</summary>
/// <param name="texts">Embeds edits.</param>
/// <param name="media">Embeddings of the targets, made by the same model.</param>
internal sealed class FrameScorer(IEmbeddingGenerator<string, Embedding<float>> texts, IEmbeddingSource media)
{
    private const int BatchSize = 64;
    private const int Decimals = 4;

    /// <summary>Makes the table <c>scores</c> of (edit, pth2, scores) for all triplets.</summary>
    /// <returns>How many targets have no embedding.</returns>
    /// <exception cref="ConstructionException">Texts and media have different dimensions.</exception>
    public async Task<int> ScoreAsync(WorkFile file, CancellationToken cancellationToken)
    {
        file.Execute("CREATE TEMP TABLE scores (edit VARCHAR, pth2 VARCHAR, scores VARCHAR)", cancellationToken);
        HashSet<string> missing = [];
        var targets = file.Read("SELECT DISTINCT edit, pth2 FROM reviewed ORDER BY ALL", row => (Edit: row.GetString(0), Target: row.GetString(1)), cancellationToken)
            .GroupBy(row => row.Edit, row => row.Target, StringComparer.Ordinal);
        foreach (var batch in targets.Chunk(BatchSize))
        {
            var embedded = await texts.GenerateAsync(batch.Select(edit => edit.Key), cancellationToken: cancellationToken).ConfigureAwait(false);
            using var rows = file.Append("scores");
            foreach (var (edit, text) in batch.Zip(embedded))
            {
                foreach (var target in edit)
                {
                    var scores = await ScoreAsync(text.Vector, target, cancellationToken).ConfigureAwait(false);
                    missing.UnionWith(scores.Length == 0 ? [target] : []);
                    rows.CreateRow().AppendValue(edit.Key).AppendValue(target).AppendValue($"[{string.Join(", ", scores)}]").EndRow();
                }
            }
        }

        return missing.Count;
    }

    // As Python writes numbers: at least one decimal.
    private async ValueTask<string[]> ScoreAsync(ReadOnlyMemory<float> text, string target, CancellationToken cancellationToken)
    {
        if (await media.ReadAsync(new MediaId(target), cancellationToken).ConfigureAwait(false) is not { } video)
        {
            return [];
        }

        if (video.Dimensions != text.Length)
        {
            throw new ConstructionException($"Embedding of '{target}'", $"it has {video.Dimensions} dimensions, but texts have {text.Length}; for scores, media and texts must be embedded by one model.");
        }

        var query = new EmbeddingSet(text, 1, text.Length);
        return [.. Enumerable.Range(0, video.Frames).Select(frame => Similarities.MeanPooled.Score(query, video.SelectFrames([frame])))
            .Select(score => decimal.Round((decimal)(double)score, Decimals).ToString("0.0###", CultureInfo.InvariantCulture))];
    }
}
