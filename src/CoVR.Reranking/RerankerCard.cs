using System.Text.Json;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Reranking.Scoring;

namespace CoVR.Reranking;

/// <summary>What a trained pair scorer is, and what it gained on validation data; stands as <c>reranker.json</c> beside its weights, <c>reranker.safetensors</c>.</summary>
/// <param name="Model">The model whose tokens it scores.</param>
/// <param name="ModelSha256">SHA-256 of that model's weights.</param>
/// <param name="WeightsSha256">SHA-256 of its own weights.</param>
public sealed record RerankerCard(string Model, string ModelSha256, string WeightsSha256)
{
    internal const string CardFile = "reranker.json";
    internal const string WeightsFile = "reranker.safetensors";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>W, the width of the model's multimodal tokens.</summary>
    public required int QueryWidth { get; init; }

    /// <summary>C, the width of the model's visual tokens.</summary>
    public required int VisualWidth { get; init; }

    /// <summary>The scorer's own width.</summary>
    public required int Width { get; init; }

    /// <summary>Its layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Its attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>How much the similarity of the first pass counts beside the scorer's logit, chosen on validation data.</summary>
    public required float FirstPassWeight { get; init; }

    /// <summary>The difference between the first two scores from which on reranking changed the validation figure by at most half a point; null if there is none.</summary>
    public required float? ConfidentMargin { get; init; }

    /// <summary>Steps of its training.</summary>
    public required int Steps { get; init; }

    /// <summary>The seed of its training.</summary>
    public required int Seed { get; init; }

    /// <summary>Triplets that it was trained on.</summary>
    public required int Triplets { get; init; }

    /// <summary>Validation queries.</summary>
    public required int ValidationQueries { get; init; }

    /// <summary>R@1 of the first pass on the validation queries, in per cent.</summary>
    public required double FirstPassRecall { get; init; }

    /// <summary>R@1 after reranking, in per cent.</summary>
    public required double RerankedRecall { get; init; }

    /// <summary>The share of validation queries that <see cref="ConfidentMargin"/> leaves as they are, in [0, 1].</summary>
    public required double SavedCalls { get; init; }

    internal PairScorerSizes Sizes => new(QueryWidth, VisualWidth, Width, Layers, Heads);

    /// <summary>Reads what lies in a folder that training made.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The card.</returns>
    /// <exception cref="CheckpointException">There is none, or it is damaged.</exception>
    public static RerankerCard Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, CardFile);
        try
        {
            return JsonSerializer.Deserialize<RerankerCard>(File.ReadAllText(path), Json) ?? throw new JsonException("it is empty");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new CheckpointException(path, $"it is no reranker: {error.Message} Give the folder that RerankerTrainer wrote.", error);
        }
    }

    internal void Write(string folder) => AtomicFile.Write(Path.Combine(folder, CardFile), file => JsonSerializer.Serialize(file, this, Json));

    /// <summary>Loads the scorer for a model.</summary>
    internal static (RerankerCard Card, PairScorer Scorer) Load(string folder, ModelDescription model)
    {
        var card = Read(folder);
        if (card.ModelSha256 != model.WeightsSha256)
        {
            throw new CheckpointException(
                Path.Combine(folder, CardFile), $"it reranks for {card.Model} with weights {card.ModelSha256}, the model is {model.Name} with weights {model.WeightsSha256}. Use the model that it was trained on, or train another.");
        }

        var scorer = new PairScorer(card.Sizes);
        Checkpoint.Load(scorer, Path.Combine(folder, WeightsFile));
        scorer.eval();
        return (card, scorer);
    }
}
