using System.Text.Json;
using CoVR.Construction;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Modeling.Native;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace CoVR.Benchmarks.Teach;

/// <summary>Trains the small BLIP of the quick start on the world's own triplets, and on those constructed from its media and captions.</summary>
internal static class TeachCommand
{
    public const string Name = "teach";

    private static readonly (string Name, Func<TeachData, Task<TripletDataset>> Triplets)[] Sets =
    [
        ("world", data => Task.FromResult(data.Train)),
        ("constructed", data => data.ConstructAsync("constructed", 1, new ScriptedWriter(data.Train, data.Seed))),
        ("templates", data => data.ConstructAsync("templates", 1, new TemplateEditWriter(seed: data.Seed))),
        ("two-words", data => data.ConstructAsync("two-words", 2, new ScriptedWriter(data.Train, data.Seed))),
    ];

    /// <summary>Runs it: what is finished in the folder is not run again.</summary>
    /// <param name="args">How many seeds, the folder, how many trainings at most in this run, and <c>quick</c> for a small world, few steps and the first two sets.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(1);
        var (seeds, folder, left) = (int.Parse(args.ElementAtOrDefault(0) ?? "3", null), args.ElementAtOrDefault(1) ?? "artifacts/teach", int.Parse(args.ElementAtOrDefault(2) ?? "1000", null));
        var quick = args.Contains("quick");
        List<TeachResult> results = [];
        foreach (var (seed, set) in Enumerable.Range(1, seeds).SelectMany(seed => Sets.Take(quick ? 2 : Sets.Length).Select(set => (seed, set))))
        {
            var data = await TeachData.OpenAsync(Path.Combine(folder, $"{seed}"), seed, quick ? TeachSize.Quick : TeachSize.Full);
            var file = data.Path($"{set.Name}.json");
            var model = new TeachModel(data);
            if (!model.IsPretrained && left-- > 0)
            {
                Console.WriteLine($"seed {seed}: captions");
                await model.PretrainAsync();
            }

            if (!File.Exists(file) && left-- > 0)
            {
                Console.WriteLine($"seed {seed}: {set.Name}");
                await File.WriteAllTextAsync(file, JsonSerializer.Serialize(await EvaluateAsync(model, data, set.Name, await set.Triplets(data))));
            }

            results.AddRange(File.Exists(file) ? [JsonSerializer.Deserialize<TeachResult>(await File.ReadAllTextAsync(file))!] : []);
        }

        Print(results);
        return 0;
    }

    private static async Task<TeachResult> EvaluateAsync(TeachModel model, TeachData data, string name, TripletDataset triplets)
    {
        await using var services = await model.ComposeAsync(name, triplets);
        var results = await services.GetRequiredService<Evaluator>().EvaluateAsync(
            data.Test, data.Reader, new WebVidCoVRProtocol(excludeReference: false), new EvaluationOptions { Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly] });
        return new TeachResult(name, data.Seed, triplets.Triplets.Count, Recall(0, IsOne), Recall(0, values => values.Count == 2), Recall(1, IsOne), Recall(2, IsOne))
        {
            ByAttribute = [.. WorldWords.Attributes.Select(attribute => Recall(0, values => IsOne(values) && attribute.Contains(values[0])))],
            AtTen = [Recall(0, IsOne, 10), Recall(1, IsOne, 10), Recall(2, IsOne, 10)],
        };

        static bool IsOne(IReadOnlyList<string> values) => values.Count == 1;

        double Recall(int query, Func<IReadOnlyList<string>, bool> isAsked, int top = 1) => 100 * results[query].Rankings.Zip(results[query].Dataset.Triplets)
            .Where(row => isAsked(WorldWords.In(row.Second.Modification)))
            .Average(row => row.First.Take(top).Any(hit => hit.Id == row.Second.Target) ? 1.0 : 0);
    }

    private static void Print(IReadOnlyList<TeachResult> results)
    {
        Console.WriteLine("| triplets | one attribute | of the world's own | shape, colour, size, background, position | two attributes | text only | image only |\n|---|---|---|---|---|---|---|");
        foreach (var set in results.GroupBy(result => result.Set))
        {
            var ratios = set.Select(result => results.FirstOrDefault(own => own.Set == "world" && own.Seed == result.Seed) is { } own ? result.One / own.One : double.NaN);
            Console.WriteLine($"| {set.Key} | {List(set.Select(one => one.One), "F1")} | {List(ratios, "F2")} | {List(Enumerable.Range(0, WorldWords.Attributes.Count).Select(i => set.Average(one => one.ByAttribute[i])), "F0")} | {List(set.Select(one => one.Two), "F1")} | {List(set.Select(one => one.TextOnly), "F1")} | {List(set.Select(one => one.ImageOnly), "F1")} |");
        }
    }

    private static string List(IEnumerable<double> values, string format) => string.Join(" / ", values.Select(value => value.ToString(format, System.Globalization.CultureInfo.InvariantCulture)));

    /// <summary>R@1 in percent after training on a set.</summary>
    /// <param name="Set">The set.</param>
    /// <param name="Seed">The seed.</param>
    /// <param name="Triplets">How many triplets were trained on.</param>
    /// <param name="One">Composed, edits of one attribute.</param>
    /// <param name="Two">Composed, edits of two attributes.</param>
    /// <param name="TextOnly">The edit alone, one attribute.</param>
    /// <param name="ImageOnly">The reference alone, one attribute.</param>
    private sealed record TeachResult(string Set, int Seed, int Triplets, double One, double Two, double TextOnly, double ImageOnly)
    {
        /// <summary>Composed, one attribute: shape, colour, size, background, position.</summary>
        public double[] ByAttribute { get; init; } = [];

        /// <summary>R@10 of one attribute: composed, the edit alone, the reference alone.</summary>
        public double[] AtTen { get; init; } = [];
    }
}
