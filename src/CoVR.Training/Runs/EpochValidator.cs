using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Training.Runs;

/// <summary>Carries out a <see cref="RetrievalValidation"/> after an epoch; ranks share its queries.</summary>
internal sealed class EpochValidator(RetrievalValidation validation, TrainingPipeline pipeline, TrainingOptions training)
{
    internal async ValueTask<RetrievalReport> ValidateAsync(int epoch, CancellationToken cancellationToken)
    {
        var search = await pipeline.Evaluator.GetPipelineAsync(cancellationToken).ConfigureAwait(false);
        var results = await new Evaluator(WithValidationLengths(search), pipeline.Time).EvaluateAsync(
            validation.Dataset,
            validation.Media,
            validation.Protocol,
            Options().SharedBy(training.Collective),
            training.Collective is { Rank: > 0 } ? null : validation.Progress,
            cancellationToken).ConfigureAwait(false);
        return results.Count == 1 ? results[0].Report : results[0].Report with { Metrics = All(results) };
    }

    /// <summary>The first result keeps the names of its metrics; the others append variant and kind of query.</summary>
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

    /// <summary>The same encoder with the text length of validation; not disposed.</summary>
    private static RetrievalPipeline WithValidationLengths(RetrievalPipeline pipeline)
    {
        var model = pipeline.Model;
        var text = model.Description.Text;
        return pipeline with
        {
            Model = new ComposedModel(
                model.Encoder, model.Tokenizer, model.Clean, model.Description with { Text = text with { EvaluationLimit = text.ValidationLimit } }, model.Device),
        };
    }

    private EvaluationOptions Options() => validation.Options ?? new EvaluationOptions
    {
        Queries = [training.Parts switch { QueryParts.Modification => QueryKind.TextOnly, QueryParts.Reference => QueryKind.ImageOnly, _ => QueryKind.Composed }],
    };
}
