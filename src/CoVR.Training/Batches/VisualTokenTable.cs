using System.Collections.Frozen;
using CoVR.Embedding;
using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Batches;

/// <summary>The visual tokens of many items, computed once: [items, N, C] on the CPU.</summary>
/// <remarks>
/// Saves encoding the references in every step if the visual encoder is frozen. Tokens are computed in evaluation mode: stochastic
/// depth, which the reference leaves on in a frozen ViT-L, has no effect here. Owns the tensor. Reading is thread-safe.
/// </remarks>
internal sealed class VisualTokenTable : IDisposable
{
    private readonly FrozenDictionary<MediaId, int> _rows;
    private readonly Tensor _tokens;

    private VisualTokenTable(FrozenDictionary<MediaId, int> rows, Tensor tokens) => (_rows, _tokens) = (rows, tokens);

    internal int Count => _rows.Count;

    /// <summary>Encodes items.</summary>
    /// <param name="encoder">The encoder; switched to evaluation mode meanwhile.</param>
    /// <param name="items">Unique items, at least one.</param>
    /// <param name="pixels">Reads them, without random choices.</param>
    /// <param name="options">Batch size, device and workers.</param>
    /// <param name="progress">Receives a report after every batch; may be null.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MediaReadException">An item cannot be read.</exception>
    internal static async Task<VisualTokenTable> EncodeAsync(
        IComposedEncoder encoder,
        IReadOnlyList<MediaId> items,
        IPixelSource pixels,
        VisualTokenOptions options,
        IProgress<JobProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        var chunks = items.Chunk(options.BatchSize).ToList();
        var started = options.Time.GetTimestamp();
        var rows = items.Select((item, row) => KeyValuePair.Create(item, row)).ToFrozenDictionary();
        Tensor? tokens = null;
        var done = 0;
        try
        {
            await foreach (var batch in OrderedPrefetch.RunAsync(
                0, chunks.Count, options.Workers, (chunk, stop) => PixelBatch.ReadAsync(pixels, chunks[chunk], _ => new Random(0), null, stop), cancellationToken))
            {
                using (batch)
                {
                    Append(encoder, batch, options.Device, ref tokens, items.Count, done);
                    done += batch.Count;
                }

                progress?.Report(new JobProgress(done, items.Count, 0, options.Time.GetElapsedTime(started)));
            }

            return new VisualTokenTable(rows, tokens!);
        }
        catch
        {
            tokens?.Dispose();
            throw;
        }
    }

    /// <summary>The tokens of some items, [B, N, C]; the caller's dispose scope owns the tensor.</summary>
    internal Tensor Select(IReadOnlyList<MediaId> items, Device device)
    {
        long[] rows = [.. items.Select(item => (long)(_rows.TryGetValue(item, out var row)
            ? row
            : throw new KeyNotFoundException($"'{item}' has no visual tokens in this table.")))];
        using var scope = NewDisposeScope();
        return _tokens.index_select(0, tensor(rows)).to(device).MoveToOuterDisposeScope();
    }

    public void Dispose() => _tokens.Dispose();

    private static void Append(IComposedEncoder encoder, PixelBatch batch, Device device, ref Tensor? tokens, int total, int at)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        using var mode = new EvaluationMode(encoder);
        var encoded = encoder.EncodeVisual(batch.ToTensor(device)).cpu();
        tokens ??= empty([total, .. encoded.shape[1..]], encoded.dtype).DetachFromDisposeScope();
        tokens.narrow(0, at, batch.Count).copy_(encoded);
    }

    /// <summary>Switches a module to evaluation mode and back.</summary>
    private readonly struct EvaluationMode : IDisposable
    {
        private readonly nn.Module? _module;

        internal EvaluationMode(IComposedEncoder encoder)
        {
            _module = encoder is nn.Module { training: true } module ? module : null;
            _module?.eval();
        }

        public void Dispose() => _module?.train();
    }
}

/// <summary>How <see cref="VisualTokenTable"/> is computed.</summary>
internal sealed record VisualTokenOptions(Device Device, int BatchSize = 64, int Workers = 2)
{
    internal TimeProvider Time { get; init; } = TimeProvider.System;
}
