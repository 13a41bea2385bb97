using CoVR.Modeling;
using CoVR.Modeling.Text;
using CoVR.Onnx.Files;
using TorchSharp;
using static TorchSharp.torch;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace CoVR.Onnx;

/// <summary>A text encoder from an ONNX file of any origin, with its tokenizer and pooling described in a JSON file beside it (docs/engines.md). Safe for use from several threads.</summary>
public sealed class OnnxTextEncoder : ITextEncoder, IDisposable
{
    private readonly TextFile _file;
    private readonly FileSession _session;

    private OnnxTextEncoder(TextFile file, FileSession session, BertTextTokenizer tokenizer, string sha256)
    {
        (_file, _session, Tokenizer, Sha256) = (file, session, tokenizer, sha256);
        using var scope = NewDisposeScope();
        Width = (int)Encode(tokenizer.Encode(["a"], file.MaxLength)).shape[2];
    }

    /// <summary>The name that the description gives, else that of the ONNX file.</summary>
    public string Name => _file.Name!;

    /// <summary>The licence of the weights, as the description says; empty if it does not.</summary>
    public string License => _file.License;

    /// <summary>SHA-256 of description, weights and vocabulary, lower-case hexadecimal: two encoders with the same give the same vectors.</summary>
    public string Sha256 { get; }

    /// <summary>The most tokens of a text, [CLS] and [SEP] included.</summary>
    public int MaxLength => _file.MaxLength;

    /// <summary>WordPiece with the vocabulary of the description.</summary>
    public ITextTokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public int Width { get; }

    /// <summary>Loads an encoder, and runs it once on a short text.</summary>
    /// <param name="description">The JSON file; what it names is looked for beside it.</param>
    /// <param name="options">Where and how; null for the processor and libtorch's number of threads.</param>
    /// <returns>The encoder, which the caller disposes.</returns>
    /// <exception cref="OnnxEngineException">A file is missing or malformed, the graph lacks an input or output or has another type or shape, or ONNX Runtime is missing or fails; names file and node.</exception>
    public static OnnxTextEncoder Load(string description, OnnxRuntimeOptions? options = null)
    {
        var file = EncoderFile.Read<TextFile>(description);
        var vocabulary = EncoderFile.Beside(description, file.Vocabulary);
        var tokenizer = LoadTokenizer(vocabulary, file.LowerCase);
        string[] inputs = [.. new[] { file.Ids, file.Mask, file.Types }.OfType<string>()];
        var session = FileSession.Open(file.Model, options, inputs, [TensorElementType.Int64, TensorElementType.Int32], file.Output);
        try
        {
            return new OnnxTextEncoder(file, session, tokenizer, EncoderFile.Hash(description, file.Model, vocabulary));
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Encodes texts, one by one where the graph takes one only.</summary>
    /// <param name="text">Ids and mask [B, T] of <see cref="Tokenizer"/>, T at most <see cref="MaxLength"/>.</param>
    /// <returns>[B, 1, C], or [B, T, C] where the description pools nothing; not normalised, owned by the caller's dispose scope.</returns>
    /// <exception cref="ArgumentException">The texts are too long.</exception>
    /// <exception cref="OnnxEngineException">ONNX Runtime failed, or the output has another shape.</exception>
    /// <exception cref="ObjectDisposedException">The encoder was disposed.</exception>
    public Tensor Encode(TokenBatch text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var length = _session.SizesOf(_file.Ids) is [_, > 0 and var fixedLength] ? fixedLength : text.Length;
        if (text.Length > Math.Min(length, MaxLength))
        {
            throw new ArgumentException($"A text has {text.Length} tokens; {Name} takes {Math.Min(length, MaxLength)}.", nameof(text));
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var padding = new long[] { 0, length - text.Length };
        var mask = nn.functional.pad(text.MaskOn(CPU), padding);
        var ids = nn.functional.pad(text.IdsOn(CPU), padding);
        (string, Tensor)[] inputs =
        [
            (_file.Ids, ids),
            .. _file.Mask is { } maskInput ? [(maskInput, mask)] : Array.Empty<(string, Tensor)>(),
            .. _file.Types is { } typeInput ? [(typeInput, zeros_like(ids))] : Array.Empty<(string, Tensor)>(),
        ];
        return Pool(_session.Run(inputs), mask).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the session; calls must have ended.</summary>
    public void Dispose() => _session.Dispose();

    private Tensor Pool(Tensor output, Tensor mask) => (output.dim(), _file.Pooling) switch
    {
        (2, _) => output.unsqueeze(1),
        (3, TokenPooling.First) => output.narrow(1, 0, 1),
        (3, TokenPooling.None) => output,
        (3, _) when output.shape[1] == mask.shape[1] => nn.functional.normalize(mask.to(ScalarType.Float32), 1).unsqueeze(1).bmm(output),
        _ => throw _session.Error($"its output '{_file.Output}' is [{string.Join(", ", output.shape)}], not [B, C] or [B, T, C]."),
    };

    private static BertTextTokenizer LoadTokenizer(string path, bool lowerCase)
    {
        try
        {
            return BertTextTokenizer.Load(path, [], lowerCase);
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new OnnxEngineException($"{path} is not a vocabulary of WordPiece: {error.Message}", error);
        }
    }
}
