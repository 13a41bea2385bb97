using System.Globalization;
using CoVR.Cli.Models;
using CoVR.Modeling.Families;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>Asks how much a model's smaller precisions change embeddings and rankings.</summary>
/// <param name="Model">The model in a precision.</param>
/// <param name="Folder">The pictures and videos to embed; null: the right answers of the data sets, which are then asked for.</param>
/// <param name="Items">How many items or queries are compared at most.</param>
internal sealed record PrecisionRequest(Func<ModelPrecision, IModelChoice> Model, string? Folder, int Items);

/// <summary>What a precision changes, against float32.</summary>
/// <param name="Precision">What linear layers were computed in.</param>
/// <param name="Items">How many items were embedded.</param>
/// <param name="LowestCosine">The lowest cosine of an embedding's vector with float32's.</param>
/// <param name="MedianCosine">The median.</param>
/// <param name="FirstTen">The mean share of the first ten answers that float32 has among its first ten, in any order.</param>
/// <param name="RecallAt1">The share of queries whose first answer is the right one; null where right answers are not known.</param>
/// <param name="SecondsPerItem">Reading and embedding together.</param>
internal sealed record PrecisionResult(ModelPrecision Precision, int Items, double LowestCosine, double MedianCosine, double FirstTen, double? RecallAt1, double SecondsPerItem)
{
    /// <summary>Compares embeddings and rankings with those of float32.</summary>
    public static PrecisionResult Of(ModelPrecision precision, PrecisionSample exact, PrecisionSample own)
    {
        double[] cosines = [.. exact.Embeddings.Where(entry => own.Embeddings.ContainsKey(entry.Key)).SelectMany(entry => Cosines(entry.Value, own.Embeddings[entry.Key])).Order()];
        double[] overlaps = [.. exact.Rankings.Zip(own.Rankings, (first, second) => first.Count == 0 ? 1 : first.Intersect(second).Count() / (double)first.Count)];
        return new PrecisionResult(
            precision,
            own.Embeddings.Count,
            cosines.Length == 0 ? double.NaN : cosines[0],
            cosines.Length == 0 ? double.NaN : cosines[cosines.Length / 2],
            overlaps.DefaultIfEmpty(1).Average(),
            own.Targets is { Count: > 0 } targets ? own.Rankings.Zip(targets, (ranking, target) => ranking.Count > 0 && ranking[0] == target ? 1.0 : 0.0).Average() : null,
            own.Elapsed.TotalSeconds / Math.Max(1, own.Embeddings.Count));
    }

    private static IEnumerable<double> Cosines(EmbeddingSet exact, EmbeddingSet own)
    {
        for (var start = 0; start < exact.Values.Length; start += exact.Dimensions)
        {
            var (first, second) = (exact.Values.Slice(start, exact.Dimensions), own.Values.Slice(start, exact.Dimensions));
            yield return Dot(first, second) / Math.Sqrt(Dot(first, first) * Dot(second, second));
        }
    }

    private static double Dot(ReadOnlyMemory<float> left, ReadOnlyMemory<float> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += (double)left.Span[i] * right.Span[i];
        }

        return sum;
    }
}

/// <summary>A result as text.</summary>
internal sealed record PrecisionRow(string Precision, string Lowest, string Median, string FirstTen, string Recall, string Seconds)
{
    public static PrecisionRow Of(PrecisionResult result) => new(
        result.Precision.ToString().ToLowerInvariant(),
        Text(result.LowestCosine, "F5"),
        Text(result.MedianCosine, "F5"),
        Text(100 * result.FirstTen, "F1") + " %",
        result.RecallAt1 is { } recall ? Text(100 * recall, "F1") + " %" : "–",
        Text(result.SecondsPerItem, "F3"));

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>What a model made of a sample.</summary>
/// <param name="Embeddings">By item.</param>
/// <param name="Rankings">The first ten answers to each query.</param>
/// <param name="Targets">The right answer to each query; null where they are not known.</param>
/// <param name="Elapsed">How long embedding took.</param>
internal sealed record PrecisionSample(IReadOnlyDictionary<MediaId, EmbeddingSet> Embeddings, IReadOnlyList<IReadOnlyList<MediaId>> Rankings, IReadOnlyList<MediaId>? Targets, TimeSpan Elapsed);
