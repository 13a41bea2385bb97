using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR.Modeling.Families;

/// <summary>Checks the model options of every pipeline that uses a family.</summary>
internal sealed class ModelOptionsValidator(IServiceProvider services) : IValidateOptions<ModelOptions>
{
    public ValidateOptionsResult Validate(string? name, ModelOptions options)
    {
        if (services.GetKeyedService<ModelFamily>(name ?? string.Empty) is not { } family)
        {
            return ValidateOptionsResult.Skip;
        }

        var parts = ComposedModelParts.None with { Checkpoints = services.GetKeyedService<ICheckpointResolver>(name ?? string.Empty) };
        var faults = new ModelLoader(family, options, parts, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance).FindFaults();
        return faults.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"CoVR pipeline '{name}', {nameof(ModelOptions)}: {string.Join("; ", faults)}");
    }
}
