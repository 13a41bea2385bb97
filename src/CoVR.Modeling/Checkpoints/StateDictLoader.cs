using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Loads weights into a module, with every key accounted for.</summary>
public static class StateDictLoader
{
    /// <summary>Loads a file into a module.</summary>
    /// <param name="module">Its parameters and buffers are overwritten, whatever their device; they keep type and shape.</param>
    /// <param name="path">A file of <c>torch.save</c> or safetensors.</param>
    /// <param name="map">How the file's keys become the module's.</param>
    /// <param name="strict">
    /// True: the keys and shapes must agree, but for what the map allows, and nothing is changed unless they do. False: what fits
    /// is taken, all else is only reported, as the reference's <c>load_checkpoint</c> does.
    /// </param>
    /// <param name="verifyFirst">
    /// True: all checksums are compared before anything is changed, at the price of reading the file twice. False: each is compared while
    /// its tensor is copied, and damage that is found then leaves a module of mixed values. Safetensors files have no checksums.
    /// </param>
    /// <returns>What became of every key.</returns>
    /// <exception cref="CheckpointException">Strict, and the weights do not fit; it lists every key. Nothing was changed.</exception>
    /// <exception cref="CheckpointException">The file is missing, damaged or hostile. Unless verified first, damage in a tensor's bytes is found while copying: the module is then to be discarded, as the message says.</exception>
    public static LoadReport Load(nn.Module module, string path, CheckpointMap map, bool strict = true, bool verifyFirst = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(map);
        using var checkpoint = Checkpoint.Open(path);
        return Load(module, checkpoint, map, strict, verifyFirst);
    }

    /// <summary>Compares a file with a module, key by key and shape by shape; nothing is changed, and of the file only what a reshape needs is read.</summary>
    /// <param name="module">Its values may be unset.</param>
    /// <param name="path">A file of <c>torch.save</c> or safetensors.</param>
    /// <param name="map">How the file's keys become the module's.</param>
    /// <returns>What a strict load would do with every key.</returns>
    /// <exception cref="CheckpointException">The weights do not fit; it lists every key.</exception>
    /// <exception cref="CheckpointException">The file is missing, damaged or hostile.</exception>
    public static LoadReport RequireFit(nn.Module module, string path, CheckpointMap map)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(map);
        NativeTorch.EnsureLoaded();
        using var checkpoint = Checkpoint.Open(path);
        var root = map.Root is { } name && checkpoint.HasDictionary(name) ? name : null;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var plan = new LoadPlan(module, checkpoint, checkpoint.Tensors(root).Values, map);
        plan.ThrowOnMismatch();
        return plan.Report();
    }

    /// <summary>Loads an open file into a module.</summary>
    /// <param name="module">Its parameters and buffers are overwritten.</param>
    /// <param name="checkpoint">Stays open.</param>
    /// <param name="map">How the file's keys become the module's.</param>
    /// <param name="strict">Whether keys and shapes must agree.</param>
    /// <param name="verifyFirst">
    /// True: all checksums are compared before anything is changed, at the price of reading the file twice. False: each is compared while
    /// its tensor is copied, and damage that is found then leaves a module of mixed values. Safetensors files have no checksums.
    /// </param>
    /// <returns>What became of every key.</returns>
    /// <exception cref="CheckpointException">Strict, and the weights do not fit; it lists every key. Nothing was changed.</exception>
    /// <exception cref="CheckpointException">The file is damaged. If that is found while copying, the module is to be discarded, as the message says.</exception>
    public static LoadReport Load(nn.Module module, Checkpoint checkpoint, CheckpointMap map, bool strict = true, bool verifyFirst = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(map);
        NativeTorch.EnsureLoaded();
        var root = map.Root is { } name && checkpoint.HasDictionary(name) ? name : null;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var plan = new LoadPlan(module, checkpoint, checkpoint.Tensors(root).Values, map);
        if (strict)
        {
            plan.ThrowOnMismatch();
        }

        if (verifyFirst)
        {
            plan.Verify();
        }

        plan.Copy();
        return plan.Report();
    }
}
