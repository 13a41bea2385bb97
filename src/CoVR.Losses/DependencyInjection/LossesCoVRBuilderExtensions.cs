using CoVR.Losses;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the losses of the CoVR papers; they enter by the same door as a host's own.</summary>
public static class LossesCoVRBuilderExtensions
{
    private static readonly Dictionary<string, Func<IContrastiveLoss>> Losses = new(StringComparer.Ordinal)
    {
        ["hn_nce"] = static () => new HardNegativeNceLoss(),
        ["cross_entropy"] = static () => new CrossEntropyContrastiveLoss(),
    };

    private static readonly Dictionary<string, Action<ICoVRBuilder>> Terms = new(StringComparer.Ordinal)
    {
        ["si_ti"] = static builder => builder.AddLossTerm<QueryToTargetTerm>(),
        ["si_ti+si_tc"] = static builder => builder.AddLossTerm<QueryToTargetTerm>(0.5).AddLossTerm<QueryToCaptionTerm>(0.5),
    };

    /// <summary>Registers what the published models were trained with: HN-NCE (alpha 1, beta 0.5) between query and target, weight 1.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddDefaultLosses(this ICoVRBuilder builder) => builder.AddLosses("hn_nce", "si_ti");

    /// <summary>Registers losses by the names of the reference's configuration.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="loss"><c>hn_nce</c> or <c>cross_entropy</c>; the last call of several wins.</param>
    /// <param name="terms"><c>si_ti</c> (weight 1) or <c>si_ti+si_tc</c> (0.5 each); terms of several calls accumulate.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">A name is unknown; the message lists the known ones.</exception>
    public static ICoVRBuilder AddLosses(this ICoVRBuilder builder, string loss, string terms)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var create = Find(Losses, loss, nameof(loss));
        var register = Find(Terms, terms, nameof(terms));
        builder.Use((_, _) => create());
        register(builder);
        return builder;
    }

    private static T Find<T>(Dictionary<string, T> known, string name, string parameter) =>
        known.TryGetValue(name ?? string.Empty, out var value)
            ? value
            : throw new ArgumentException($"'{name}' is not known; there are: {string.Join(", ", known.Keys)}.", parameter);
}
