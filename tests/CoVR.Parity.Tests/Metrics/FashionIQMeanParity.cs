using System.Text.Json;
using CoVR.Data;
using CoVR.Reproduction.Results;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Metrics;

/// <summary><c>mean_results</c> of FashionIQ: the averages of the three categories, their file and the printed row.</summary>
public sealed class FashionIQMeanParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "metrics" && golden.Function.Contains("mean_results", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var reports = golden.InputJson("recalls").EnumerateObject().ToDictionary(category => category.Name, category => Report(category.Value));
        var file = FashionIQAverages.File(reports);
        Assert.Equal("recalls_fiq-mean.json", file.Name);
        Assert.Equal(File.ReadAllText(golden.OutputPath("recalls_fiq-mean")), file.Content.Replace("\n  ", "\n ", StringComparison.Ordinal));
        Assert.Equal(golden.OutputJson("last_line").GetString(), FashionIQAverages.Row(reports));
        var averages = FashionIQAverages.Of(reports).Metrics;
        Assert.All(
            golden.OutputJson("recalls_fiq-mean").EnumerateObject(),
            figure => Assert.Equal(figure.Value.GetDouble(), averages[$"R@{figure.Name[1..^"_mean".Length]}"]));
    }

    private static RetrievalReport Report(JsonElement figures) => new(
        "fashioniq", "R@10", figures.EnumerateObject().ToDictionary(figure => $"R@{figure.Name[1..]}", figure => figure.Value.GetDouble()), 1, 1, new Dictionary<string, string>());
}
