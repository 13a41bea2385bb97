using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using CoVR.DependencyInjection;

namespace CoVR.Evaluation;

/// <summary>Everything that defines a figure: two results are comparable if they differ only in what is studied.</summary>
/// <remarks>Independent of batch size, workers, and the order of queries; and, if ties are broken by identity, of the order of candidates.</remarks>
public sealed record ProtocolFingerprint
{
    private static readonly JsonSerializerOptions Canonical = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Data set and split.</summary>
    public required string Dataset { get; init; }

    /// <summary>SHA-256 of queries, answers, frame scores and gallery in a canonical order.</summary>
    public required string DataSha256 { get; init; }

    /// <summary>The protocol's name.</summary>
    public required string Protocol { get; init; }

    /// <summary><c>honest</c>, <c>corrected</c> or <c>reference</c>.</summary>
    public required string Preset { get; init; }

    /// <summary>The kind of query.</summary>
    public required string Query { get; init; }

    /// <summary>Which frames of references are encoded.</summary>
    public required string QueryFrames { get; init; }

    /// <summary>Which items make up the gallery.</summary>
    public required string Gallery { get; init; }

    /// <summary>How the reference itself is treated.</summary>
    public required string SelfMatch { get; init; }

    /// <summary>How the frames of candidates are pooled.</summary>
    public required string Pooling { get; init; }

    /// <summary>How queries and candidates are compared.</summary>
    public required string Similarity { get; init; }

    /// <summary>The order of candidates with equal scores.</summary>
    public required string Ties { get; init; }

    /// <summary>The colour order of the gallery's video frames: <c>rgb</c>, <c>bgr</c>, or <c>unknown</c> for a tree without a manifest.</summary>
    public required string ColourOrder { get; init; }

    /// <summary>The most tokens of a text; texts are padded to the longest of a batch.</summary>
    public required int TextLimit { get; init; }

    /// <summary>The model's name.</summary>
    public required string Model { get; init; }

    /// <summary>SHA-256 of its weights.</summary>
    public required string WeightsSha256 { get; init; }

    /// <summary>Picture size, interpolation, statistics, and the frames of gallery items.</summary>
    public required string Preprocessing { get; init; }

    /// <summary>The version of this library.</summary>
    public required string CodeVersion { get; init; }

    /// <summary>One line of JSON with keys in the order of declaration: the same text for the same fingerprint, on every machine.</summary>
    /// <returns>The text that <see cref="Sha256"/> hashes.</returns>
    public string ToCanonicalJson() => JsonSerializer.Serialize(this, Canonical);

    /// <summary>SHA-256 of <see cref="ToCanonicalJson"/> in UTF-8, lower-case hexadecimal.</summary>
    /// <returns>64 characters.</returns>
    public string Sha256() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToCanonicalJson())));
}
