using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>The weights of the loss terms, as the model is given them: the one place where they are read.</summary>
/// <param name="Targets">Of queries against targets (<c>si_ti</c>).</param>
/// <param name="Captions">Of queries against captions (<c>si_tc</c>), which must be embedded if it is above 0.</param>
internal sealed record LossWeights(double Targets, double Captions)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ConfigurationException">A value is not a number.</exception>
    public static LossWeights Of(ComposedConfiguration config) =>
        new(config.Number("model.model.si_ti_weight", 1), config.Number("model.model.si_tc_weight", 0));
}
