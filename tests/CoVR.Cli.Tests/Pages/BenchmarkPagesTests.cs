using CoVR.Cli.Pages;
using CoVR.Reproduction.Benchmarks;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Tests.Pages;

[Collection("torch")]
public sealed class BenchmarkPagesTests
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task RenderAsync_OfSeveralParts_HasAPageOfEachAndOneWithAveragesAndLinks()
    {
        using var folder = new TemporaryFolder();
        TinyLayouts.FashionIQ(folder.FullName);
        var pages = await RenderAsync(Benchmark.FashionIQ(folder.FullName, folder["images"]));

        Assert.Equal(["dress.html", "shirt.html", "toptee.html", "index.html"], pages.Keys);
        Assert.Contains("<h1>fashioniq: shirt</h1>", pages["shirt.html"], StringComparison.Ordinal);
        Assert.Contains("href=\"shirt.html\"", pages["index.html"], StringComparison.Ordinal);
        Assert.Matches(@"<th>average</th><td><b>\d+\.\d\d</b><small>\d+\.\d – \d+\.\d</small>", pages["index.html"]);
    }

    [Fact]
    public async Task RenderAsync_OfOnePart_HasOnePage()
    {
        using var folder = new TemporaryFolder();
        TinyLayouts.Circo(folder.FullName);
        var (name, html) = Assert.Single(await RenderAsync(Benchmark.Circo(options => options.AddFolder(folder.FullName), Data.DatasetSplit.Validation)));

        Assert.Equal("index.html", name);
        Assert.Contains("<h1>circo-val</h1>", html, StringComparison.Ordinal);
        Assert.Contains("data:image/", html, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyDictionary<string, string>> RenderAsync(Benchmark benchmark)
    {
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny("blip").AddBenchmarks();
        await using var services = collection.BuildServiceProvider();
        var result = await services.GetRequiredService<BenchmarkRunner>().RunAsync(benchmark, null, null, Cancel);
        return await BenchmarkPages.RenderAsync(result, services.GetRequiredKeyedService<IFrameReader>(""), Cancel);
    }
}
