using System.Runtime.InteropServices;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Retrieval;
using TorchSharp;

namespace CoVR.Evaluation;

/// <summary>The embeddings of the candidates' captions, for kinds of queries that are compared with them.</summary>
internal sealed class CaptionTable
{
    private readonly Dictionary<MediaId, float[]> _captions = [];

    /// <summary>Embeds the captions of all candidates; nothing when no kind of query needs them.</summary>
    /// <exception cref="InvalidOperationException">A candidate has no caption.</exception>
    public static CaptionTable Embed(ComposedModel model, TripletDataset dataset, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var table = new CaptionTable();
        if (options.Queries.All(kind => kind.CaptionShare == 0))
        {
            return table;
        }

        var captions = CaptionsOf(dataset);
        foreach (var batch in dataset.Candidates.Order(IdentityOrder).Chunk(options.BatchSize))
        {
            cancellationToken.ThrowIfCancellationRequested();
            table.Add(model, batch, [.. batch.Select(id => captions[id])]);
        }

        return table;
    }

    /// <summary>Weights pictures and captions: (1 - share) · item + share · caption in every vector.</summary>
    /// <remarks>By linearity a mean-pooled dot product then is the weighted sum of both similarities.</remarks>
    public EmbeddingSet Mix(MediaId id, EmbeddingSet item, double share)
    {
        if (share == 0)
        {
            return item;
        }

        var values = item.Values.ToArray();
        VectorMath.Scale(values, (float)(1 - share));
        for (var start = 0; start < values.Length; start += item.Dimensions)
        {
            VectorMath.Add(values.AsSpan(start, item.Dimensions), _captions[id], (float)share);
        }

        return new EmbeddingSet(values, item.Vectors, item.Dimensions, item.Frames);
    }

    private static Comparer<MediaId> IdentityOrder => Comparer<MediaId>.Create((left, right) => string.CompareOrdinal(left.Value, right.Value));

    private static Dictionary<MediaId, string> CaptionsOf(TripletDataset dataset)
    {
        var captions = new Dictionary<MediaId, string>();
        foreach (var triplet in dataset.Triplets)
        {
            if (triplet is { Target: { } target, TargetCaption: { Length: > 0 } caption })
            {
                captions.TryAdd(target, caption);
            }
        }

        MediaId[] without = [.. dataset.Candidates.Where(id => !captions.ContainsKey(id))];
        return without.Length == 0 ? captions : throw new InvalidOperationException(
            $"{without.Length} of {dataset.Candidates.Count} candidates of {dataset.Name} have no caption, for example {string.Join(", ", without.Take(5))}: they cannot be compared by captions.");
    }

    private void Add(ComposedModel model, MediaId[] ids, IReadOnlyList<string> texts)
    {
        using var quiet = torch.no_grad();
        using var scope = torch.NewDisposeScope();
        var embeddings = model.Encoder.EncodeCaption(model.TokenizeForEvaluation(texts));
        var values = MemoryMarshal.Cast<byte, float>(embeddings.cpu().to(torch.ScalarType.Float32).contiguous().bytes);
        var dimensions = values.Length / ids.Length;
        for (var i = 0; i < ids.Length; i++)
        {
            _captions[ids[i]] = values.Slice(i * dimensions, dimensions).ToArray();
        }
    }
}
