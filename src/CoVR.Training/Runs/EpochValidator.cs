using CoVR.Distributed;
using CoVR.Evaluation;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Carries out a <see cref="RetrievalValidation"/> after an epoch; ranks share its queries.</summary>
internal sealed class EpochValidator(RetrievalValidation validation, ComposedTrainerParts pipeline, QueryParts parts, ICollective? collective)
{
    internal async ValueTask<ValidationReport> ValidateAsync(int epoch, CancellationToken cancellationToken)
    {
        var time = pipeline.Time ?? TimeProvider.System;
        var started = time.GetTimestamp();
        var search = await pipeline.Pipeline.GetAsync(cancellationToken).ConfigureAwait(false);
        var results = await new Evaluator(WithValidationLengths(search), pipeline.Time).EvaluateAsync(
            validation.Dataset,
            validation.Media,
            validation.Protocol,
            Options().SharedBy(collective),
            collective is { Rank: > 0 } ? null : validation.Progress,
            cancellationToken).ConfigureAwait(false);
        var first = ValidationReport.From(results[0].Report) with { Duration = time.GetElapsedTime(started) };
        return results.Count == 1 ? first : first with { Metrics = All(results) };
    }

    /// <summary>The first result decides under its own names; the others carry variant and kind in theirs.</summary>
    private static Dictionary<string, double> All(IReadOnlyList<EvaluationResult> results)
    {
        Dictionary<string, double> metrics = new(results[0].Report.Metrics, StringComparer.Ordinal);
        foreach (var result in results.Skip(1))
        {
            foreach (var (name, value) in result.Report.Metrics)
            {
                metrics[$"{name} ({result.Variant.Name}, {result.Query.Name})"] = value;
            }
        }

        return metrics;
    }

    /// <summary>The same encoder behind other text lengths; it is not disposed.</summary>
    private static RetrievalPipeline WithValidationLengths(RetrievalPipeline pipeline)
    {
        var model = pipeline.Model;
        var text = model.Description.Text;
        return pipeline with
        {
            Model = new ComposedModel(
                model.Encoder, model.Tokenizer, model.Cleaner, model.Description with { Text = text with { EvaluationLimit = text.ValidationLimit } }, model.Device),
        };
    }

    private EvaluationOptions Options() => validation.Options ?? new EvaluationOptions
    {
        Queries = [parts switch { QueryParts.Modification => QueryKind.TextOnly, QueryParts.Reference => QueryKind.ImageOnly, _ => QueryKind.Composed }],
    };
}
