using CoVR.Data;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Reproduction.Evaluation;

namespace CoVR.Tests.Fakes;

/// <summary>Evaluations of the corners.</summary>
public static class CornerResults
{
    /// <summary>A gallery of clips of two equal frames, whose scores let the answer's text weigh them.</summary>
    public static async Task<IReadOnlyList<EvaluationResult>> OfClipsAsync()
    {
        var pipeline = FakePipeline.Create();
        await new EmbeddingJob(pipeline).EmbedAsync(
            [.. Enumerable.Range(0, 8).Select(corner => new MediaItem(ColourEncoder.IdOf(corner), MediaSource.FromFrames([ColourEncoder.Picture(corner), ColourEncoder.Picture(corner)])))]).CountAsync();
        return await new Evaluator(pipeline).EvaluateAsync(
            CornerReader.Dataset,
            new CornerReader(),
            new RecallProtocol(),
            new EvaluationOptions { Variants = [EvaluationVariant.LeakFree, EvaluationVariant.Corrected, ReferencePreset.Variant] });
    }
}
