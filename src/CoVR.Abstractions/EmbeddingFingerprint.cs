using System.Text.Json.Serialization;

namespace CoVR;

/// <summary>What made an embedding: embeddings of different fingerprints cannot be compared.</summary>
/// <param name="Model">The name of the model variant.</param>
/// <param name="WeightsSha256">SHA-256 of the weights, lower-case hexadecimal.</param>
/// <param name="Preprocessing">Size, interpolation, statistics and frame sampling in one line.</param>
/// <param name="Vectors">Q, the vectors of one frame.</param>
/// <param name="Dimensions">D.</param>
public sealed record EmbeddingFingerprint(string Model, string WeightsSha256, string Preprocessing, int Vectors, int Dimensions)
{
    /// <summary>Whether it was assumed when the embeddings were opened, because the stored data do not say what made them.</summary>
    /// <value>False by default.</value>
    [JsonIgnore]
    public bool IsAssumed { get; init; }

    /// <summary>The fields in which two fingerprints differ, one phrase each, for error messages.</summary>
    /// <param name="other">The fingerprint to compare with.</param>
    /// <returns>Empty if both are equal.</returns>
    public IReadOnlyList<string> DifferencesFrom(EmbeddingFingerprint other)
    {
        ArgumentNullException.ThrowIfNull(other);
        List<string> differences = [];
        Compare(nameof(Model), Model, other.Model);
        Compare(nameof(WeightsSha256), WeightsSha256, other.WeightsSha256);
        Compare(nameof(Preprocessing), Preprocessing, other.Preprocessing);
        Compare(nameof(Vectors), $"{Vectors}", $"{other.Vectors}");
        Compare(nameof(Dimensions), $"{Dimensions}", $"{other.Dimensions}");
        return differences;

        void Compare(string name, string mine, string theirs)
        {
            if (!string.Equals(mine, theirs, StringComparison.Ordinal))
            {
                differences.Add($"{name}: '{mine}' against '{theirs}'");
            }
        }
    }
}
