using System.Globalization;

namespace QuickStart;

/// <summary>What the command line asks for.</summary>
/// <param name="Seed">Of world, weights and batches.</param>
/// <param name="Output">The folder of page, metrics and work files.</param>
/// <param name="Quick">A few steps on a tiny world: shows that everything works, not how well.</param>
/// <param name="Model">The model family.</param>
/// <param name="Threads">Threads of one matrix product. One by default: the products are small, and other cores prepare batches.</param>
internal sealed record Arguments(int Seed, string Output, bool Quick, string Model, int Threads)
{
    public const string Usage = "usage: QuickStart [--seed N] [--output FOLDER] [--model blip|blip2] [--quick] [--threads N]";

    /// <summary>Reads the command line; null when it is wrong.</summary>
    public static Arguments? Parse(IReadOnlyList<string> args)
    {
        var result = new Arguments(1, Path.Combine("artifacts", "quickstart"), false, "blip", 1);
        for (var i = 0; i < args.Count; i++)
        {
            var value = i + 1 < args.Count ? args[i + 1] : null;
            switch (args[i])
            {
                case "--quick":
                    result = result with { Quick = true };
                    continue;
                case "--seed" when Number(value, 0) is { } seed:
                    result = result with { Seed = seed };
                    break;
                case "--threads" when Number(value, 1) is { } threads:
                    result = result with { Threads = threads };
                    break;
                case "--model" when value is not null && SmallModel.All.ContainsKey(value):
                    result = result with { Model = value };
                    break;
                case "--output" when !string.IsNullOrWhiteSpace(value):
                    result = result with { Output = value };
                    break;
                default:
                    return null;
            }

            i++;
        }

        return result;
    }

    private static int? Number(string? text, int least) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least ? number : null;
}
