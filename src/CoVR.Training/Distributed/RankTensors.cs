using System.Text.Json;
using CoVR.Distributed;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Distributed;

/// <summary>Named tensors sent from rank 0 to the other ranks.</summary>
internal static class RankTensors
{
    /// <summary>Overwrites tensors that exist on every rank with those of rank 0.</summary>
    internal static void Overwrite(ICollective collective, IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var _ = no_grad();
        foreach (var (_, tensor) in tensors.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            using var scope = NewDisposeScope();
            var flat = tensor.detach().contiguous();
            collective.Broadcast(flat);
            if (collective.Rank > 0)
            {
                tensor.detach().copy_(flat);
            }
        }
    }

    /// <summary>Copies tensors that only rank 0 has to every rank; the caller's dispose scope owns the copies.</summary>
    /// <param name="collective">The ranks.</param>
    /// <param name="own">The tensors on rank 0; null elsewhere.</param>
    internal static IReadOnlyDictionary<string, Tensor> Share(ICollective collective, IReadOnlyDictionary<string, Tensor>? own)
    {
        RankTensor[] list = [.. (own ?? new Dictionary<string, Tensor>()).Select(entry => new RankTensor(entry.Key, (int)entry.Value.dtype, entry.Value.shape))];
        list = JsonSerializer.Deserialize(
            collective.BroadcastBytes(JsonSerializer.SerializeToUtf8Bytes(list, RankJson.Default.RankTensorArray)), RankJson.Default.RankTensorArray)!;
        Dictionary<string, Tensor> shared = new(StringComparer.Ordinal);
        foreach (var entry in list)
        {
            using var scope = NewDisposeScope();
            var values = collective.Rank == 0 ? own![entry.Name].detach().cpu().contiguous() : zeros(entry.Shape, (ScalarType)entry.Type);
            collective.Broadcast(values);
            shared[entry.Name] = values.MoveToOuterDisposeScope();
        }

        return shared;
    }

    /// <summary>Ranks with different settings would deadlock or train nonsense.</summary>
    internal static void RequireSameSettings(ICollective collective, IReadOnlyDictionary<string, string> settings)
    {
        var own = JsonSerializer.SerializeToUtf8Bytes(new(settings), RankJson.Default.DictionaryStringString);
        var all = collective.GatherBytes(own).Select(bytes => JsonSerializer.Deserialize(bytes, RankJson.Default.DictionaryStringString)!).ToList();
        for (var rank = 1; rank < all.Count; rank++)
        {
            if (all[0].Keys.Union(all[rank].Keys).FirstOrDefault(key => all[0].GetValueOrDefault(key) != all[rank].GetValueOrDefault(key)) is { } key)
            {
                throw new InvalidOperationException(
                    $"The ranks are configured differently: {key} is '{all[0].GetValueOrDefault(key)}' on rank 0 and '{all[rank].GetValueOrDefault(key)}' on rank {rank}. Start them all with the same arguments and files.");
            }
        }
    }
}
