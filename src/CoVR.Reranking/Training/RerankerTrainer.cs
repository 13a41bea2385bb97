using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Reranking.Scoring;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Training;

/// <summary>Trains a pair scorer for a model: its tokens stay as they are, the wrong candidates are the best of its own first pass.</summary>
/// <remarks>One training at a time; the model may answer queries meanwhile.</remarks>
public sealed class RerankerTrainer
{
    private readonly VisualTokens _visual;

    /// <summary>Creates a trainer.</summary>
    /// <param name="pipeline">The trained model, and how its pictures are read.</param>
    /// <exception cref="NotSupportedException">The model belongs to a service, which gives no tokens.</exception>
    public RerankerTrainer(RetrievalPipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        if (pipeline.Model.Encoder.TakesFrames)
        {
            throw new NotSupportedException($"{pipeline.Model.Description.Name} gives no visual tokens: a pair scorer needs a model that encodes pixels.");
        }

        _visual = new VisualTokens(pipeline.Model, pipeline.FrameReader, pipeline.Transform);
    }

    /// <summary>Trains, or goes on where an interrupted training of the same kind stopped, and writes <c>reranker.safetensors</c> and <c>reranker.json</c>.</summary>
    /// <param name="train">Triplets with answers to train on. Pictures that cannot be read are left out with their triplets.</param>
    /// <param name="validation">Triplets to choose the weight of the first pass and the margin on, among its candidates.</param>
    /// <param name="locate">Finds a picture or video.</param>
    /// <param name="folder">Where state and result are written.</param>
    /// <param name="options">How; null for the defaults.</param>
    /// <param name="progress">Receives the step's number and loss, before that the count of pictures; may be null.</param>
    /// <param name="cancellationToken">Ends the training after the step, with its state saved.</param>
    /// <returns>What was written.</returns>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    /// <exception cref="ArgumentException">There are no triplets with answers.</exception>
    /// <exception cref="CheckpointException">The folder holds the state of another training.</exception>
    /// <exception cref="InvalidOperationException">The training diverged.</exception>
    public async Task<RerankerCard> TrainAsync(
        TripletDataset train,
        TripletDataset validation,
        Func<MediaId, MediaSource> locate,
        string folder,
        RerankerTrainingOptions? options = null,
        IProgress<JobProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(locate);
        options ??= new RerankerTrainingOptions();
        OptionsFaults.ThrowIfAny(options);
        Directory.CreateDirectory(folder);
        using var known = await FirstPass.RunAsync(_visual, Answered(train, options.MaxTriplets), [], locate, (options.HardNegatives, progress), cancellationToken).ConfigureAwait(false);
        using var training = new ScorerTraining(_visual.Model, known, SizesOf(known, options), options, folder);
        await Task.Run(() => training.Run(progress, cancellationToken), cancellationToken).ConfigureAwait(false);
        using var unseen = await FirstPass.RunAsync(_visual, Answered(validation, int.MaxValue), validation.Candidates, locate, (options.RerankedHits, null), cancellationToken).ConfigureAwait(false);
        var chosen = await Task.Run(() => Calibration.Of(_visual.Model, training.Scorer, unseen, options.RerankedHits), cancellationToken).ConfigureAwait(false);
        Checkpoint.WriteSafetensors(Path.Combine(folder, RerankerCard.WeightsFile), training.Scorer.state_dict());
        var card = CardOf(training.Scorer, known, chosen, options);
        card.Write(folder);
        training.Finish();
        return card;
    }

    private static Triplet[] Answered(TripletDataset dataset, int most) => dataset.Triplets.Where(triplet => triplet.Target is not null).Take(most).ToArray() is { Length: > 0 } triplets
        ? triplets
        : throw new ArgumentException($"{dataset.Name} has no triplet with an answer.", nameof(dataset));

    private static PairScorerSizes SizesOf(FirstPass pass, RerankerTrainingOptions options)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return new PairScorerSizes((int)pass.Queries([pass.Triplets[0]]).Tokens.shape[2], (int)pass.Tokens.shape[2], options.Width, options.Layers, options.Heads);
    }

    private RerankerCard CardOf(PairScorer scorer, FirstPass known, Calibration chosen, RerankerTrainingOptions options)
    {
        var (model, sizes) = (_visual.Model.Description, SizesOf(known, options));
        return new RerankerCard(model.Name, model.WeightsSha256, Checkpoint.HashWeights(scorer))
        {
            QueryWidth = sizes.QueryWidth,
            VisualWidth = sizes.VisualWidth,
            Width = sizes.Width,
            Layers = sizes.Layers,
            Heads = sizes.Heads,
            FirstPassWeight = chosen.Weight,
            ConfidentMargin = chosen.Margin,
            Steps = options.Steps,
            Seed = options.Seed,
            Triplets = known.Triplets.Count,
            ValidationQueries = chosen.Queries,
            FirstPassRecall = chosen.FirstPassRecall,
            RerankedRecall = chosen.RerankedRecall,
            SavedCalls = chosen.SavedCalls,
        };
    }
}
