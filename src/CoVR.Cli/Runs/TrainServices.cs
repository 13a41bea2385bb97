using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Distributed;
using CoVR.Losses;
using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Runs;

/// <summary>Composes the pipeline that is trained: model, losses, trainer.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="choice">The model of the configuration.</param>
internal sealed class TrainServices(CommandHost host, ComposedConfiguration config, ConfiguredModel choice)
{
    private static readonly Dictionary<string, bool> HasHardNegatives = new(StringComparer.Ordinal) { ["HardNegativeNCE"] = true, ["CrossEntropyLoss"] = false };

    /// <summary>Composes it.</summary>
    /// <param name="fresh">Whether an earlier run is replaced.</param>
    /// <param name="ranks">The processes that train together; null: one.</param>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public ServiceProvider Compose(bool fresh, ICollective? ranks)
    {
        var services = host.CreateServices();
        var pipeline = choice.Use(services.AddCoVR().ShowDownloads(host));
        AddLosses(pipeline);
        pipeline.AddTraining(options =>
        {
            new TrainingSettings(config).Configure(options, choice, fresh);
            options.Collective = ranks;
        });
        return services.BuildServiceProvider(validateScopes: true);
    }

    private void AddLosses(ICoVRBuilder pipeline)
    {
        var hard = ConfigTarget.Of(config, "model.loss", HasHardNegatives);
        var loss = config.Bind<LossValues>("model.loss");
        pipeline.Use<IContrastiveLoss>((_, _) => hard ? new HardNegativeNceLoss(loss.Alpha, loss.Beta) : new CrossEntropyContrastiveLoss());
        var weights = LossWeights.Of(config);
        if (weights is { SiTiWeight: <= 0, SiTcWeight: <= 0 })
        {
            throw config.Fault("model.model.si_ti_weight", "no term of the loss has a weight above 0 (model.model.si_ti_weight, model.model.si_tc_weight; model/loss_terms=si_ti).");
        }

        if (weights.SiTiWeight > 0)
        {
            pipeline.AddLossTerm<QueryToTargetTerm>(weights.SiTiWeight);
        }

        if (weights.SiTcWeight > 0)
        {
            pipeline.AddLossTerm<QueryToCaptionTerm>(weights.SiTcWeight);
        }
    }

    private sealed record LossValues(double Alpha = 1, double Beta = 0.5);
}

/// <summary>The weights of the loss terms; the only place where they are read.</summary>
/// <param name="SiTiWeight">Queries against targets.</param>
/// <param name="SiTcWeight">Of queries against captions, which must be embedded if it is above 0.</param>
internal sealed record LossWeights(double SiTiWeight = 1, double SiTcWeight = 0)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">A value is not a number.</exception>
    public static LossWeights Of(ComposedConfiguration config) => config.Bind<LossWeights>("model.model");
}
