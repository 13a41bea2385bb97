using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Reproduction.Configuration;
using CoVR.Reproduction.Embedding;
using CoVR.Training.Runs;

namespace CoVR.Cli.Runs;

/// <summary>Makes the training plan: data, captions and the search between epochs.</summary>
/// <param name="host">Reports rows that are left out.</param>
/// <param name="config">The configuration.</param>
/// <param name="choice">The model of the configuration.</param>
/// <param name="policy">What happens to rows without embeddings.</param>
internal sealed class TrainPlans(CommandHost host, ComposedConfiguration config, ConfiguredModel choice, MissingMediaPolicy policy)
{
    /// <summary>Makes the plan.</summary>
    /// <param name="data">The data section.</param>
    /// <param name="train">Its training rows.</param>
    /// <param name="validation">Its validation rows; null: no validation.</param>
    /// <param name="galleries">Opens embeddings.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="CommandException">Targets are not embedded; the message contains the command that embeds them.</exception>
    public async Task<TrainingPlan> MakeAsync(RunData data, TripletDataset train, TripletDataset? validation, RunGalleries galleries, CancellationToken cancellationToken)
    {
        var rows = new EmbeddedRows(host, choice, policy);
        var folders = data.Of(DatasetSplit.Train);
        var targets = await galleries.OpenAsync(folders, cancellationToken);
        var plan = new TrainingPlan
        {
            Dataset = await rows.OfAsync(train, targets, folders, cancellationToken),
            Targets = targets,
            Locate = data.Reader.Locate,
            CaptionEmbeddings = Captions(data),
            Configuration = config.Entries().Where(entry => entry.Fault is null).ToDictionary(entry => entry.Path, entry => entry.Text),
        };
        if (validation is null)
        {
            return plan;
        }

        var (held, searched) = (data.Of(DatasetSplit.Validation), await galleries.OpenAsync(data.Of(DatasetSplit.Validation), cancellationToken));
        var complete = await rows.OfAsync(validation, searched, held, cancellationToken);
        return plan.WithValidation(complete, data.Reader, data.Protocol, Options(galleries.AsAccepted(searched)));
    }

    // Not conditioned on the answers' texts: the best weights must not be those that profit from them.
    private EvaluationOptions Options(IEmbeddingSource source) => new()
    {
        Variants = [EvaluationVariant.LeakFree with { Store = source }],
        Queries = [choice.Parts switch { QueryParts.Modification => QueryKind.TextOnly, QueryParts.Reference => QueryKind.ImageOnly, _ => QueryKind.Composed }],
        BatchSize = Math.Clamp(config.Whole("data.batch_size"), 1, 64),
        Workers = Math.Max(1, config.Whole("data.num_workers", 2)),
        AllowUnreadableReferences = policy != MissingMediaPolicy.Strict,
        Bootstrap = { Resamples = 0 },
    };

    /// <summary>The stored embeddings of captions, <c>txt2_{annotation}.pth</c>, where the reference keeps them.</summary>
    /// <exception cref="CommandException">They are needed but missing.</exception>
    private TextEmbeddings? Captions(RunData data)
    {
        if (LossWeights.Of(config).SiTcWeight <= 0)
        {
            return null;
        }

        var files = data.Of(DatasetSplit.Train).Select(folder => (Folder: folder, Path: CaptionFile(folder))).ToList();
        if (files.Where(file => !File.Exists(file.Path)).ToList() is { Count: > 0 } missing)
        {
            throw new CommandException(
                $"the captions of the targets are not embedded: there is no {host.Shown(missing[0].Path)}. The loss compares queries with them (si_tc; model/loss_terms=si_ti does not). They are made with:{Environment.NewLine}"
                + string.Join(Environment.NewLine, missing.Select(file => $"  covr embed texts {host.Shown(file.Folder.Annotations)} {host.Shown(Path.GetDirectoryName(file.Path)!)}{choice.EmbedOptions}")));
        }

        TextEmbeddings[] captions = [.. files.Select(file => TextEmbeddings.Load(file.Path))];
        return TextEmbeddings.Join(captions);
    }

    // CC-CoIR's file is beside the folder of embeddings, that of the others in it.
    private static string CaptionFile(SplitEmbeddings folder) => folder.Dataset.StartsWith("cc-coir", StringComparison.Ordinal) && !File.Exists(CaptionEmbeddings.PathIn(folder.Folder, folder.Annotations))
        ? CaptionEmbeddings.PathBeside(folder.Folder, folder.Annotations)
        : CaptionEmbeddings.PathIn(folder.Folder, folder.Annotations);
}
