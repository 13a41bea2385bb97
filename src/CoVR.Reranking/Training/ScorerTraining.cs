using System.Globalization;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Reranking.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Training;

/// <summary>The steps of one training. Every step draws from the seed and its own number, so that a resumed training gives the same numbers.</summary>
internal sealed class ScorerTraining : IDisposable
{
    private const string StateFile = "training.safetensors";
    private const string MeanName = "optimizer.mean";
    private const string SquareName = "optimizer.square";
    private readonly ComposedModel _model;
    private readonly FirstPass _pass;
    private readonly RerankerTrainingOptions _options;
    private readonly FlatAdamW _optimizer;
    private readonly string _state;
    private readonly string _identity;

    public ScorerTraining(ComposedModel model, FirstPass pass, PairScorerSizes sizes, RerankerTrainingOptions options, string folder)
    {
        (_model, _pass, _options, _state) = (model, pass, options, Path.Combine(folder, StateFile));
        Scorer = new PairScorer(sizes);
        using (var initializer = new WeightInitializer((ulong)options.Seed))
        {
            Scorer.Initialize(initializer);
        }

        Scorer.to(model.Device);
        _optimizer = new FlatAdamW(Scorer);
        _identity = FormattableString.Invariant($"{model.Description.WeightsSha256} {sizes} {pass.Triplets.Count} {options.Steps} {options.BatchSize} {options.Candidates} {options.HardNegatives} {options.LearningRate} {options.Seed}");
    }

    public PairScorer Scorer { get; }

    /// <summary>Trains from the saved state, if there is one of the same training.</summary>
    public void Run(IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var (start, first) = (System.Diagnostics.Stopwatch.GetTimestamp(), Restore());
        Scorer.train();
        var loss = 0.0;
        for (var step = first; step < _options.Steps; step++)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Save(step);
                cancellationToken.ThrowIfCancellationRequested();
            }

            loss = step == first ? Step(step) : (0.98 * loss) + (0.02 * Step(step));
            progress?.Report(new JobProgress(step + 1, _options.Steps, 0, System.Diagnostics.Stopwatch.GetElapsedTime(start)) { Activity = FormattableString.Invariant($"loss {loss:F4}") });
            if ((step + 1) % _options.SaveEverySteps == 0 && step + 1 < _options.Steps)
            {
                Save(step + 1);
            }
        }

        Scorer.eval();
    }

    /// <summary>Removes the saved state.</summary>
    public void Finish() => AtomicFile.Delete(_state);

    public void Dispose()
    {
        _optimizer.Dispose();
        Scorer.Dispose();
    }

    private double Step(int step)
    {
        using var use = _model.Borrow();
        using var scope = NewDisposeScope();
        var random = new Random(HashOf(step));
        int[] drawn = [.. Enumerable.Range(0, _options.BatchSize).Select(_ => random.Next(_pass.Triplets.Count))];
        Triplet[] triplets = [.. drawn.Select(i => _pass.Triplets[i])];
        var candidates = Candidates(drawn, random);
        var (query, mask, reference) = Queries(triplets);
        var scores = Scorer.Score(query, mask, reference, candidates);
        var loss = nn.functional.cross_entropy(scores, zeros(scores.shape[0], ScalarType.Int64, scores.device));
        var value = loss.item<float>();
        if (!float.IsFinite(value))
        {
            throw new InvalidOperationException($"The loss of step {step + 1} is {value}: the training diverged. Lower the learning rate ({_options.LearningRate}).");
        }

        loss.backward();
        _optimizer.Step(step + 1, RateOf(step));
        return value;
    }

    private (Tensor Query, Tensor? Mask, Tensor Reference) Queries(Triplet[] triplets)
    {
        using var quiet = no_grad();
        return _pass.Queries(triplets);
    }

    // The answer first, then wrong ones of the first pass, without repetition.
    private Tensor Candidates(int[] drawn, Random random)
    {
        var count = _options.Candidates;
        var rows = new long[drawn.Length * count];
        var known = (int)_pass.Negatives.shape[1];
        for (var i = 0; i < drawn.Length; i++)
        {
            rows[i * count] = _pass.RowOf(_pass.Triplets[drawn[i]].Target!.Value);
            using var hits = _pass.Negatives[drawn[i]];
            int[] places = [.. Enumerable.Range(0, known)];
            random.Shuffle(places);
            for (var k = 1; k < count; k++)
            {
                rows[(i * count) + k] = hits[places[(k - 1) % known]].item<long>();
            }
        }

        return _pass.Tokens.index_select(0, tensor(rows)).reshape(drawn.Length, count, _pass.Tokens.shape[1], _pass.Tokens.shape[2]).to(_model.Device);
    }

    private int HashOf(int step) => unchecked((_options.Seed * 1_000_003) + (step * 7919) + 17);

    private double RateOf(int step)
    {
        var warmup = Math.Max(1, _options.Steps / 20);
        return step < warmup
            ? _options.LearningRate * (step + 1) / warmup
            : _options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - warmup) / Math.Max(1, _options.Steps - warmup)));
    }

    private void Save(int step) => Checkpoint.WriteSafetensors(
        _state,
        [.. Scorer.state_dict(), new(MeanName, _optimizer.Mean), new(SquareName, _optimizer.Square)],
        new Dictionary<string, string> { ["step"] = step.ToString(CultureInfo.InvariantCulture), ["training"] = _identity });

    private int Restore()
    {
        if (!File.Exists(_state))
        {
            return 0;
        }

        using var saved = Checkpoint.Open(_state);
        if (saved.Metadata.GetValueOrDefault("training") != _identity)
        {
            throw new CheckpointException(_state, "it is the state of a training with other data, weights or options. Delete it to start anew, or choose another folder.");
        }

        using var quiet = no_grad();
        var tensors = saved.StateDict();
        foreach (var (name, tensor) in Scorer.state_dict())
        {
            tensors[name].CopyTo(tensor);
        }

        tensors[MeanName].CopyTo(_optimizer.Mean);
        tensors[SquareName].CopyTo(_optimizer.Square);
        return int.Parse(saved.Metadata["step"], CultureInfo.InvariantCulture);
    }
}
