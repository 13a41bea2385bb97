using CoVR.Data;
using CoVR.Reranking.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Training;

/// <summary>The visual tokens of a data set's pictures, and what the model itself finds among them. Its tensors live until it is disposed.</summary>
internal sealed class FirstPass : IDisposable
{
    private const int AtOnce = 64;
    private readonly Dictionary<MediaId, int> _rows = [];
    private readonly VisualTokens _visual;

    private FirstPass(VisualTokens visual) => _visual = visual;

    /// <summary>The triplets of which both pictures can be read.</summary>
    public IReadOnlyList<Triplet> Triplets { get; private set; } = [];

    /// <summary>[M, N, C] visual tokens, on the CPU.</summary>
    public Tensor Tokens { get; private set; } = null!;

    /// <summary>[T, H] the rows of the best hits of each triplet, without its reference and its answer.</summary>
    public Tensor Negatives { get; private set; } = null!;

    /// <summary>[T, H] their similarities.</summary>
    public Tensor NegativeScores { get; private set; } = null!;

    /// <summary>[T] the similarity of each triplet's answer.</summary>
    public Tensor AnswerScores { get; private set; } = null!;

    /// <summary>The row of a picture.</summary>
    public int RowOf(MediaId id) => _rows[id];

    /// <summary>Reads pictures and asks the model.</summary>
    /// <param name="visual">Reads and encodes.</param>
    /// <param name="triplets">The queries, each with an answer.</param>
    /// <param name="candidates">What is searched beside the answers.</param>
    /// <param name="locate">Finds a picture or video.</param>
    /// <param name="hits">H, the hits to keep.</param>
    /// <param name="progress">Counts pictures; may be null.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public static async Task<FirstPass> RunAsync(
        VisualTokens visual, IReadOnlyList<Triplet> triplets, IEnumerable<MediaId> candidates, Func<MediaId, MediaSource> locate, (int Hits, IProgress<JobProgress>? Progress) asked, CancellationToken cancellationToken)
    {
        var pass = new FirstPass(visual);
        try
        {
            await pass.ReadAsync([.. triplets.SelectMany(triplet => new[] { triplet.Target!.Value, triplet.Reference }).Concat(candidates).Distinct()], locate, asked.Progress, cancellationToken).ConfigureAwait(false);
            pass.Triplets = [.. triplets.Where(triplet => pass._rows.ContainsKey(triplet.Reference) && pass._rows.ContainsKey(triplet.Target!.Value))];
            await Task.Run(() => pass.Search(asked.Hits, cancellationToken), cancellationToken).ConfigureAwait(false);
            return pass;
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    /// <summary>The model's multimodal tokens of triplets. The caller has borrowed the model and records no gradient.</summary>
    /// <returns>Tokens [B, M, W], mask [B, M] or null, and the references' visual tokens [B, N, C]; the caller's dispose scope owns them.</returns>
    public (Tensor Tokens, Tensor? Mask, Tensor Reference) Queries(IReadOnlyList<Triplet> triplets)
    {
        var reference = Tokens.index_select(0, tensor(triplets.Select(triplet => (long)RowOf(triplet.Reference)).ToArray())).to(_visual.Model.Device);
        var (tokens, mask) = _visual.Model.Encoder.EncodePair(reference, _visual.Model.TokenizeForEvaluation([.. triplets.Select(triplet => triplet.Modification)]));
        return (tokens.to(ScalarType.Float32), mask, reference);
    }

    public void Dispose()
    {
        Tokens?.Dispose();
        Negatives?.Dispose();
        NegativeScores?.Dispose();
        AnswerScores?.Dispose();
    }

    private async Task ReadAsync(MediaId[] ids, Func<MediaId, MediaSource> locate, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        List<Tensor> parts = [];
        var start = System.Diagnostics.Stopwatch.GetTimestamp();
        var failed = 0L;
        foreach (var some in ids.Chunk(AtOnce))
        {
            var pictures = new float[]?[some.Length];
            await Parallel.ForAsync(0, some.Length, cancellationToken, async (i, cancel) =>
            {
                try
                {
                    pictures[i] = await _visual.ReadAsync(locate(some[i]), cancel).ConfigureAwait(false);
                }
                catch (MediaReadException)
                {
                    Interlocked.Increment(ref failed);
                }
            }).ConfigureAwait(false);
            foreach (var (id, _) in some.Zip(pictures).Where(pair => pair.Second is not null))
            {
                _rows[id] = _rows.Count;
            }

            if (pictures.OfType<float[]>().ToArray() is { Length: > 0 } read)
            {
                parts.Add(await Task.Run(() => Encode(read), cancellationToken).ConfigureAwait(false));
            }

            progress?.Report(new JobProgress(_rows.Count + failed, ids.Length, failed, System.Diagnostics.Stopwatch.GetElapsedTime(start)));
        }

        Tokens = parts.Count > 0 ? cat(parts).DetachFromDisposeScope() : throw new MediaReadException($"{ids.Length} pictures", MediaFailure.NotFound, "none of them can be read.");
        parts.ForEach(part => part.Dispose());
    }

    private Tensor Encode(float[][] pictures)
    {
        using var use = _visual.Model.Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return _visual.Encode(pictures).cpu().DetachFromDisposeScope();
    }

    private void Search(int hits, CancellationToken cancellationToken)
    {
        using var use = _visual.Model.Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var encoder = _visual.Model.Encoder;
        var gallery = cat([.. Enumerable.Range(0, (int)((Tokens.shape[0] + AtOnce - 1) / AtOnce)).Select(i => Target(i * AtOnce))]);
        List<Tensor> rows = [], scores = [], answers = [];
        foreach (var some in Triplets.Chunk(AtOnce))
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var inner = NewDisposeScope();
            var reference = Tokens.index_select(0, Rows(some, triplet => triplet.Reference)).to(_visual.Model.Device);
            var query = encoder.EncodeQuery(reference, _visual.Model.TokenizeForEvaluation([.. some.Select(triplet => triplet.Modification)])).mean([1]).to(ScalarType.Float32).cpu();
            var all = query.mm(gallery.t());
            var (answer, own) = (Rows(some, triplet => triplet.Target!.Value).unsqueeze(1), Rows(some, triplet => triplet.Reference).unsqueeze(1));
            answers.Add(all.gather(1, answer).squeeze(1).MoveToOuterDisposeScope());
            all.scatter_(1, cat([answer, own], 1), full([some.Length, 2], float.NegativeInfinity));
            var (best, at) = all.topk((int)Math.Min(hits, Math.Max(1, all.shape[1] - 2)), dim: 1);
            rows.Add(at.MoveToOuterDisposeScope());
            scores.Add(best.MoveToOuterDisposeScope());
        }

        (Negatives, NegativeScores, AnswerScores) = (cat(rows).DetachFromDisposeScope(), cat(scores).DetachFromDisposeScope(), cat(answers).DetachFromDisposeScope());

        Tensor Target(int start)
        {
            using var inner = NewDisposeScope();
            var tokens = Tokens.narrow(0, start, Math.Min(AtOnce, Tokens.shape[0] - start)).to(_visual.Model.Device);
            return encoder.EncodeTarget(tokens).mean([1]).to(ScalarType.Float32).cpu().MoveToOuterDisposeScope();
        }
    }

    private Tensor Rows(Triplet[] triplets, Func<Triplet, MediaId> of) => tensor(triplets.Select(triplet => (long)RowOf(of(triplet))).ToArray());
}
