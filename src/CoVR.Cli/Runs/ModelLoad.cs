using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Media.Sampling;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Reproduction.Configuration;
using TorchSharp;

namespace CoVR.Cli.Runs;

/// <summary>Loads the model of a run.</summary>
internal static class ModelLoad
{
    /// <summary>Loads it and reports its size.</summary>
    public static async Task<ComposedModel> RunAsync(CommandHost host, ComposedConfiguration config, IServiceProvider services, ConfiguredModel choice, CancellationToken cancellation)
    {
        NativeTorch.EnsureLoaded();
        if (config.Find("machine.threads") is not null)
        {
            torch.set_num_threads(config.Whole("machine.threads"));
        }

        var model = await LoadedModel.LoadAsync(host, services, choice.Title, cancellation);
        if (model.Module is { } module)
        {
            var (all, trained) = (Count(module, _ => true), Count(module, parameter => parameter.requires_grad));
            host.Say(FormattableString.Invariant($"parameters: {all:F2}M, trainable {trained:F2}M, frozen {all - trained:F2}M"));
        }

        return model;
    }

    /// <summary>The fingerprint of targets embedded by <c>covr embed</c>: 15 frames per video.</summary>
    public static EmbeddingFingerprint FingerprintOf(ComposedModel model) => model.Fingerprint(FrameSamplers.UniformSegments(15).Name);

    private static double Count(torch.nn.Module module, Func<TorchSharp.Modules.Parameter, bool> counts) =>
        module.parameters().Where(counts).Sum(parameter => parameter.numel()) / 1e6;
}
