using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Training;

/// <summary>Where rank 0 starts.</summary>
internal sealed record RankStart(bool Resumes, RunCursor Cursor);

/// <summary>What validation found on rank 0.</summary>
internal sealed record RankMetrics(Dictionary<string, double> Metrics, string? PrimaryMetric);

/// <summary>What one rank left out of a batch.</summary>
internal sealed record RankSkipped(string Item, string Media, string Reason);

/// <summary>Name, element type and shape of a tensor that follows.</summary>
internal sealed record RankTensor(string Name, int Type, long[] Shape);

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(RankStart))]
[JsonSerializable(typeof(RankMetrics))]
[JsonSerializable(typeof(RankTensor[]))]
[JsonSerializable(typeof(RankSkipped[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class RankJson : JsonSerializerContext;
