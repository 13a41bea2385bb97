using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CoVR.Construction;

/// <summary>Fills templates with the words that differ, in an order drawn for each change.</summary>
/// <remarks>A template is used only where it has all the words it needs. Immutable.</remarks>
public sealed class TemplateEditWriter : IEditWriter
{
    private readonly int _seed;

    /// <summary>Creates a writer.</summary>
    /// <param name="templates">Texts with <c>{0}</c> for the word that goes and <c>{1}</c> for the word that comes; null for the papers' nine.</param>
    /// <param name="seed">The seed of the draw.</param>
    public TemplateEditWriter(IReadOnlyList<string>? templates = null, int seed = 1234) => (Templates, _seed) = (templates ?? PaperTemplates, seed);

    /// <summary>The nine templates of the papers' rule-based edits, of which one is there twice.</summary>
    public static IReadOnlyList<string> PaperTemplates { get; } =
    [
        "Remove {0}", "Take out {0} and add {1}", "Change {0} for {1}", "Replace {0} with {1}", "Replace {0} by {1}", "Replace {0} with {1}", "Make the {0} into {1}", "Add {1}", "Change it to {1}",
    ];

    /// <summary>The templates.</summary>
    public IReadOnlyList<string> Templates { get; }

    /// <inheritdoc/>
    public string Fingerprint => $"templates {_seed} {string.Join('\n', Templates)}";

    /// <inheritdoc/>
    public ValueTask<EditAnswer> WriteAsync(EditRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        string[] texts = [.. Templates
            .Where(template => Fits(template, "{0}", request.Removed) && Fits(template, "{1}", request.Added))
            .Select(template => string.Format(CultureInfo.InvariantCulture, template, request.Removed, request.Added))];
        new Random(Draw(request)).Shuffle(texts);
        return ValueTask.FromResult(new EditAnswer([.. texts.Distinct()]) { Fault = texts.Length == 0 ? "no template fits" : null });
    }

    private static bool Fits(string template, string place, string word) => word.Length > 0 || !template.Contains(place, StringComparison.Ordinal);

    private int Draw(EditRequest request) =>
        BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{_seed}\0{request.Reference}\0{request.Target}"))) & int.MaxValue;
}
