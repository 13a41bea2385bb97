using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>A loaded model with its tokenizer and preprocessing. It is its own <see cref="IModelProvider"/>.</summary>
/// <remarks>
/// One loaded model serves many callers. Disposing it disposes the encoder, once calls that run under <see cref="Borrow"/> have
/// ended: libtorch crashes the process if weights are freed during a call.
/// </remarks>
public sealed class ComposedModel : IModelProvider, IDisposable
{
    private readonly object _gate = new();
    private int _borrowed;
    private bool _disposed;

    /// <summary>Creates a model.</summary>
    /// <param name="encoder">The encoder, on <paramref name="device"/>.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="clean">What its texts go through before the tokenizer; called from several threads at once.</param>
    /// <param name="description">Preprocessing and origin.</param>
    /// <param name="device">Where the weights are.</param>
    public ComposedModel(IComposedEncoder encoder, ITextTokenizer tokenizer, Func<string, string> clean, ModelDescription description, Device device)
    {
        Encoder = encoder ?? throw new ArgumentNullException(nameof(encoder));
        Tokenizer = tokenizer ?? throw new ArgumentNullException(nameof(tokenizer));
        Clean = clean ?? throw new ArgumentNullException(nameof(clean));
        Description = description ?? throw new ArgumentNullException(nameof(description));
        Device = device ?? throw new ArgumentNullException(nameof(device));
    }

    /// <summary>The encoder.</summary>
    public IComposedEncoder Encoder { get; }

    /// <summary>The tokenizer.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <summary>What texts go through before the tokenizer.</summary>
    public Func<string, string> Clean { get; }

    /// <summary>Preprocessing and origin; names other weights after <see cref="ChangeWeights"/>.</summary>
    public ModelDescription Description { get; private set; }

    /// <summary>Where the weights are.</summary>
    public Device Device { get; }

    /// <summary>Computes the SHA-256 of the weights that embed targets, as they are at the time of the call; null where that is the hash of the whole module.</summary>
    /// <value>Null.</value>
    public Func<string>? HashWeights { get; init; }

    /// <summary>The encoder as a module, or null when it belongs to another runtime.</summary>
    public nn.Module? Module => Encoder as nn.Module;

    /// <summary>Sets the hash of the weights after a training or a load. Fingerprints made from then on carry it, so that stores of the old weights are refused.</summary>
    /// <param name="weightsSha256">SHA-256 of the weights, lower-case hexadecimal.</param>
    public void ChangeWeights(string weightsSha256)
    {
        ArgumentException.ThrowIfNullOrEmpty(weightsSha256);
        Description = Description with { WeightsSha256 = weightsSha256 };
    }

    /// <summary>What embeddings of this model carry.</summary>
    /// <param name="frameSampling">How frames of videos are chosen, for example <c>uniform-15</c>.</param>
    /// <returns>The fingerprint.</returns>
    public EmbeddingFingerprint Fingerprint(string frameSampling) => new(
        Description.Name,
        Description.WeightsSha256,
        $"{Description.Image.Describe()} frames {frameSampling}",
        Encoder.Vectors,
        Encoder.Dimensions);

    /// <summary>Cleans and tokenises texts for evaluation: longest of the batch, up to the model's limit.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Ids and mask [B, T].</returns>
    public TokenBatch TokenizeForEvaluation(IReadOnlyList<string> texts) =>
        Tokenizer.Encode(CleanAll(texts), Description.Text.EvaluationLimit);

    /// <summary>Cleans and tokenises captions that are embedded beforehand: longest of the batch, up to the model's caption limit.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Ids and mask [B, T].</returns>
    public TokenBatch TokenizeCaptions(IReadOnlyList<string> texts) =>
        Tokenizer.Encode(CleanAll(texts), Description.Text.CaptionLimit);

    /// <summary>Cleans and tokenises texts for training: padded or cut to the model's training length.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>Ids and mask [B, T].</returns>
    public TokenBatch TokenizeForTraining(IReadOnlyList<string> texts) =>
        Tokenizer.Encode(CleanAll(texts), Description.Text.TrainingLength, padToMaxLength: true);

    /// <summary>Embeds captions as they are stored: in evaluation mode, cut to the model's caption limit.</summary>
    /// <param name="texts">At least one text.</param>
    /// <returns>[B, D], row by row; no tensor is left behind.</returns>
    /// <exception cref="InvalidOperationException">The encoder returned another shape than it states.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public float[] EncodeCaptions(IReadOnlyList<string> texts)
    {
        using var use = Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var trained = Module is { training: true } module ? module : null;
        trained?.eval();
        try
        {
            var embeddings = Encoder.EncodeCaption(TokenizeCaptions(texts));
            return embeddings.shape.SequenceEqual([texts.Count, Encoder.Dimensions])
                ? MemoryMarshal.Cast<byte, float>(embeddings.cpu().to(ScalarType.Float32).contiguous().bytes).ToArray()
                : throw new InvalidOperationException(
                    $"The encoder returned captions of shape [{string.Join(", ", embeddings.shape)}] instead of [{texts.Count}, {Encoder.Dimensions}].");
        }
        finally
        {
            trained?.train();
        }
    }

    /// <summary>Keeps the model from being disposed during a call of its encoder; what CoVR does itself at every call.</summary>
    /// <returns>Dispose it after the call, on any thread.</returns>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public IDisposable Borrow()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _borrowed++;
        }

        return new Loan(this);
    }

    /// <summary>Waits until nothing is borrowed, then disposes the encoder; a second call does nothing.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            while (_borrowed > 0)
            {
                Monitor.Wait(_gate);
            }
        }

        (Encoder as IDisposable)?.Dispose();
    }

    /// <inheritdoc/>
    ValueTask<ComposedModel> IModelProvider.GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(this);

    private string[] CleanAll(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return [.. texts.Select(Clean)];
    }

    private sealed class Loan(ComposedModel model) : IDisposable
    {
        private ComposedModel? _model = model;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _model, null) is { } model)
            {
                lock (model._gate)
                {
                    model._borrowed--;
                    Monitor.PulseAll(model._gate);
                }
            }
        }
    }
}
