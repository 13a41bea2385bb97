using CoVR.Losses;
using CoVR.Modeling;
using TorchSharp;

namespace CoVR.Training;

/// <summary>What a step trains: the model, and terms that have weights of their own.</summary>
internal static class StepModules
{
    internal const string Model = "model";

    internal static IReadOnlyDictionary<string, torch.nn.Module> Of(IComposedEncoder encoder, IReadOnlyList<WeightedLossTerm> terms)
    {
        if (terms.Count == 0)
        {
            throw new ArgumentException("There is no loss term to train with: add one, for example with AddDefaultLosses().", nameof(terms));
        }

        if (terms.GroupBy(term => term.Term.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Two loss terms are named '{twice.Key}'.", nameof(terms));
        }

        Dictionary<string, torch.nn.Module> modules = new(StringComparer.Ordinal) { [Model] = Require(encoder) };
        foreach (var term in terms)
        {
            if (term.Term is torch.nn.Module module)
            {
                modules["terms." + term.Term.Name] = module;
            }
        }

        return modules;
    }

    internal static torch.nn.Module Require(IComposedEncoder encoder) => encoder as torch.nn.Module ?? throw new ArgumentException(
        $"{encoder?.GetType().Name} has no weights of this runtime, so it cannot be trained: derive it from ComposedEncoderModule.", nameof(encoder));
}
