using Microsoft.Extensions.Options;

namespace CoVR.DependencyInjection;

/// <summary>Collects every fault of a pipeline's options, those of nested options included, into one message.</summary>
/// <typeparam name="T">The options.</typeparam>
/// <param name="pipeline">The pipeline's name.</param>
internal sealed class WholeOptionsValidator<T>(string pipeline) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options) => name != pipeline
        ? ValidateOptionsResult.Skip
        : OptionsFaults.Find(options) is { Count: > 0 } faults
            ? ValidateOptionsResult.Fail($"CoVR pipeline '{pipeline}', {typeof(T).Name}: {string.Join("; ", faults)}")
            : ValidateOptionsResult.Success;
}
