using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Families;

/// <summary>Many tensors that a fixture keeps in one vector, by name.</summary>
internal static class FlatTensors
{
    /// <summary>Reads <c>{name}_flat</c> by <c>{name}_index</c>.</summary>
    public static Dictionary<string, (long[] Shape, float[] Values)> Read(GoldenCase golden, string name)
    {
        var flat = golden.Output(name + "_flat").Floats;
        return golden.OutputJson(name + "_index").EnumerateArray().ToDictionary(
            entry => entry.GetProperty("name").GetString()!,
            entry =>
            {
                var (offset, size) = (entry.GetProperty("offset").GetInt32(), entry.GetProperty("size").GetInt32());
                return (entry.GetProperty("shape").EnumerateArray().Select(length => length.GetInt64()).ToArray(), flat[offset..(offset + size)]);
            });
    }
}
