using CoVR.Data;
using CoVR.Datasets.Tests.Layouts;
using CoVR.Media;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Datasets.Tests.EndToEnd;

/// <summary>Similarities of every query and candidate, computed one pair at a time from the model's own outputs, without index, store or batches.</summary>
public sealed class PlainScores
{
    private readonly double[][] _scores;
    private readonly TripletDataset _dataset;

    private PlainScores(TripletDataset dataset, double[][] scores) => (_dataset, _scores) = (dataset, scores);

    /// <summary>Compares all pairs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="reader">Knows where the pictures lie.</param>
    /// <param name="dataset">Queries and gallery.</param>
    /// <param name="bestPair">True for the best pair of vectors, false for the product of their means.</param>
    /// <param name="swapsGallery">Whether red and blue of the gallery's videos are exchanged.</param>
    /// <param name="byAnswers">Whether a video's frames are weighed by the scores of the row that it answers.</param>
    public static PlainScores Of(ComposedModel model, ITripletDatasetReader reader, TripletDataset dataset, bool bestPair, bool byAnswers = false, bool swapsGallery = false)
    {
        model.Module!.eval();
        double[][][] gallery = [.. dataset.Candidates.Select(id => Pooled(
            [.. Frames(reader, id).Select(frame => swapsGallery ? Swapped(frame) : frame).Select(frame => Rows(() => model.Encoder.EncodeTarget(Visual(model, frame))))],
            byAnswers ? dataset.Triplets.First(triplet => triplet.Target == id).FrameScores : null))];
        double[][][] queries = [.. dataset.Triplets.Select(triplet => Rows(() =>
        {
            var frames = Frames(reader, triplet.Reference);
            return model.Encoder.EncodeQuery(Visual(model, frames[frames.Count / 2]), model.TokenizeForEvaluation([triplet.Modification]));
        }))];
        return new PlainScores(dataset, [.. queries.Select(query => gallery.Select(item => bestPair ? BestPair(query, item) : Dot(Mean(query), Mean(item))).ToArray())]);
    }

    /// <summary>The order of candidates for a query, without its reference; the scores are far enough apart to have one.</summary>
    public MediaId[] Ranking(int query)
    {
        var others = _dataset.Candidates.Select((id, i) => (id, Score: _scores[query][i])).Where(pair => pair.id != _dataset.Triplets[query].Reference);
        return [.. others.OrderByDescending(pair => pair.Score).Select(pair => pair.id)];
    }

    /// <summary>The similarity of a query and a candidate.</summary>
    public double Score(int query, MediaId id) => _scores[query][_dataset.Candidates.Index().Single(candidate => candidate.Item == id).Index];

    /// <summary>The share of queries, in percent, whose target is among the first k.</summary>
    public double Recall(int k) =>
        100.0 * Enumerable.Range(0, _dataset.Triplets.Count).Count(query => Ranking(query).Take(k).Contains(_dataset.Triplets[query].Target!.Value)) / _dataset.Triplets.Count;

    private static IReadOnlyList<RgbFrame> Frames(ITripletDatasetReader reader, MediaId id)
    {
        var path = reader.Locate(id).Path!;
        return Path.GetExtension(path) == ".mp4" ? TinyVideos.Read(path) : [MediaFrameReader.CreateImageDecoder().Decode(File.ReadAllBytes(path), id.Value)];
    }

    private static RgbFrame Swapped(RgbFrame frame) => new(frame.Width, frame.Height, frame.Rgb.ToArray().Chunk(3).SelectMany(pixel => pixel.Reverse()).ToArray());

    private static Tensor Visual(ComposedModel model, RgbFrame frame)
    {
        var input = model.Description.Image;
        var pixels = new float[3 * input.Size * input.Size];
        ImageTransforms.Evaluation(input).Apply(frame, new Random(0), pixels);
        return model.Encoder.EncodeVisual(tensor(pixels, [1, 3, input.Size, input.Size]));
    }

    /// <summary>The sum of the frames, each weighed by softmax(score / 0.1) or all the same, every vector made unit length.</summary>
    private static double[][] Pooled(double[][][] frames, IReadOnlyList<float>? scores)
    {
        double[] weights = [.. frames.Select((_, i) => scores is null ? 1 : Math.Exp(scores[i] / 0.1))];
        return [.. frames[0].Select((row, vector) =>
        {
            double[] sum = [.. row.Select((_, i) => frames.Select((frame, f) => frame[vector][i] * weights[f]).Sum() / weights.Sum())];
            var norm = Math.Sqrt(sum.Sum(value => value * value));
            return sum.Select(value => value / norm).ToArray();
        })];
    }

    private static double[][] Rows(Func<Tensor> encode)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var rows = encode().to(ScalarType.Float64);
        return [.. rows.contiguous().data<double>().ToArray().Chunk((int)rows.shape[^1])];
    }

    private static double[] Mean(double[][] rows) => [.. Enumerable.Range(0, rows[0].Length).Select(i => rows.Average(row => row[i]))];

    private static double BestPair(double[][] query, double[][] item) => query.Max(first => item.Max(second => Dot(first, second)));

    private static double Dot(double[] first, double[] second) => first.Zip(second, (a, b) => a * b).Sum();
}
