using CoVR.Cli.Configuration;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Losses;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Runs;

/// <summary>Composes the pipeline that is trained: model, losses, trainer, embeddings of the targets.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="choice">What the configuration says of the model.</param>
internal sealed class TrainServices(CommandHost host, ComposedConfiguration config, ConfiguredModel choice)
{
    private static readonly Dictionary<string, bool> HasHardNegatives = new(StringComparer.Ordinal) { ["HardNegativeNCE"] = true, ["CrossEntropyLoss"] = false };

    /// <summary>The weight of the caption term.</summary>
    public static double CaptionWeight(ComposedConfiguration config) => config.Number("model.model.si_tc_weight", 0);

    /// <summary>Composes it.</summary>
    /// <param name="fresh">Whether an earlier run is begun anew.</param>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public ServiceProvider Compose(bool fresh)
    {
        var services = host.CreateServices();
        var pipeline = choice.Use(services.AddCoVR().ShowDownloads(host));
        AddLosses(pipeline);
        pipeline.AddTraining(options =>
        {
            new TrainingSettings(config).Configure(options, choice, fresh);
            options.Captions = CaptionWeight(config) > 0;
        });
        return services.BuildServiceProvider(validateScopes: true);
    }

    private void AddLosses(ICoVRBuilder pipeline)
    {
        var hard = ConfigTarget.Of(config, "model.loss", HasHardNegatives);
        var (alpha, beta) = (config.Number("model.loss.alpha", 1), config.Number("model.loss.beta", 0.5));
        pipeline.Use<IContrastiveLoss>((_, _) => hard ? new HardNegativeNceLoss(alpha, beta) : new CrossEntropyContrastiveLoss());
        var (targets, captions) = (config.Number("model.model.si_ti_weight", 1), CaptionWeight(config));
        if (targets <= 0 && captions <= 0)
        {
            throw config.Fault("model.model.si_ti_weight", "no term of the loss has a weight above 0 (model.model.si_ti_weight, model.model.si_tc_weight; model/loss_terms=si_ti).");
        }

        if (targets > 0)
        {
            pipeline.AddLossTerm<QueryToTargetTerm>(targets);
        }

        if (captions > 0)
        {
            pipeline.AddLossTerm<QueryToCaptionTerm>(captions);
        }
    }
}
