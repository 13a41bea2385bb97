using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CoVR.Cli.Tests.Made;

namespace CoVR.Cli.Tests.Commands;

public sealed class ReviewCommandTests
{
    private const int Kills = 3;
    private const int Clients = 4;

    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    /// <summary>Four reviewers decide at the same time until the server is killed; what it had answered is there afterwards.</summary>
    [Fact]
    public async Task Review_KilledWhileReviewersDecide_LosesNothingAcknowledged()
    {
        using var run = await ConstructAsync();
        ConcurrentDictionary<(string Reviewer, string Item), string> acknowledged = [];
        for (var kill = 0; kill < Kills; kill++)
        {
            using (var review = await Review.StartAsync(run))
            {
                await CheckAsync(review, acknowledged);
                var (decided, round) = (0, kill);
                var killed = new TaskCompletionSource();
                var deciding = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => DecideUntilItEndsAsync(review, $"reviewer {client}", round, acknowledged, () =>
                {
                    if (Interlocked.Increment(ref decided) == 15 + (7 * round))
                    {
                        review.Kill();
                        killed.SetResult();
                    }
                })));
                await killed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
                await deciding;
            }
        }

        using var last = await Review.StartAsync(run);
        await CheckAsync(last, acknowledged);
        Assert.True(acknowledged.Count > 15);
    }

    [Fact]
    public async Task Construct_AfterAReview_UsesWhatWasDecided()
    {
        using var run = await ConstructAsync();
        var before = File.ReadAllLines(run["dataset", "test.csv"]).Length;
        using (var review = await Review.StartAsync(run))
        {
            var item = (await review.ItemAsync(0, "Anna")).GetProperty("id").GetString()!;
            await review.DecideAsync(item, "Anna", isKept: false, null);
        }

        var output = await run.SucceedAsync(Command);

        Assert.Contains("export dropped 1: discarded in review", output, StringComparison.Ordinal);
        Assert.Contains("report -> dataset", output, StringComparison.Ordinal);
        Assert.Equal(before - 1, File.ReadAllLines(run["dataset", "test.csv"]).Length);
    }

    [Fact]
    public async Task Construct_ToTheEnd_WritesAReportWithPicturesOnce()
    {
        using var run = await ConstructAsync();
        var html = await File.ReadAllTextAsync(run["dataset", "report.html"], Cancel);

        var again = await run.SucceedAsync(Command);

        Assert.DoesNotContain("report ->", again, StringComparison.Ordinal);
        Assert.Contains("50 triplets at random", html, StringComparison.Ordinal);
        Assert.Contains("data:image/png;base64,", html, StringComparison.Ordinal);
        Assert.Contains("the text alone names the target", html, StringComparison.Ordinal);
        Assert.DoesNotContain("unreadable", html, StringComparison.Ordinal);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Review_WorkFileThatIsMissing_NamesIt()
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync(["construct", "review", "nothing.duckdb"]));

        Assert.Contains("nothing.duckdb", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(run["nothing.duckdb"]));
    }

    private static string[] Command => ["construct", "captions.csv", "--media", "photos", "--divide", "--test-share", "0.4"];

    private static async Task<CommandRun> ConstructAsync()
    {
        var run = new CommandRun();
        ConstructCommandTests.WriteCaptions(run);
        await run.SucceedAsync(Command);
        return run;
    }

    private static async Task DecideUntilItEndsAsync(Review review, string reviewer, int round, ConcurrentDictionary<(string, string), string> acknowledged, Action decided)
    {
        try
        {
            for (var position = 0; ; position = (position + 1) % review.Total)
            {
                var (item, text) = ((await review.ItemAsync(position, reviewer)).GetProperty("id").GetString()!, $"text {round} of {reviewer}");
                await review.DecideAsync(item, reviewer, isKept: true, text);
                acknowledged[(reviewer, item)] = text;
                decided();
            }
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // The server is gone.
        }
    }

    private static async Task CheckAsync(Review review, IReadOnlyDictionary<(string Reviewer, string Item), string> acknowledged)
    {
        foreach (var reviewer in acknowledged.Keys.Select(key => key.Reviewer).Distinct())
        {
            for (var position = 0; position < review.Total; position++)
            {
                var item = await review.ItemAsync(position, reviewer);
                if (acknowledged.TryGetValue((reviewer, item.GetProperty("id").GetString()!), out var text))
                {
                    // A decision that was on its way at the kill may be there too, from a later round.
                    Assert.True(string.CompareOrdinal(item.GetProperty("decision").GetProperty("text").GetString(), text) >= 0);
                }
            }
        }
    }

    /// <summary>A running <c>covr construct review</c>.</summary>
    private sealed class Review : IDisposable
    {
        private readonly Process _process;
        private readonly HttpClient _client;

        private Review(Process process, string address) => (_process, _client) = (process, new HttpClient { BaseAddress = new Uri(address + "/api/v1/review/") });

        public int Total { get; private set; }

        public static async Task<Review> StartAsync(CommandRun run)
        {
            var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "CoVR.Cli.dll"), "construct", "review", "construction.duckdb", "--port", "0"])
            {
                WorkingDirectory = run.Folder,
                RedirectStandardOutput = true,
            };
            var process = Process.Start(start)!;
            var line = await process.StandardOutput.ReadLineAsync(Cancel);
            Assert.Contains("triplets on http://127.0.0.1:", line, StringComparison.Ordinal);
            var review = new Review(process, line!.Split(" on ")[1].Split(' ')[0]);
            review.Total = (await review._client.GetFromJsonAsync<JsonElement>("session", Cancel)).GetProperty("total").GetInt32();
            return review;
        }

        public Task<JsonElement> ItemAsync(int position, string reviewer) => _client.GetFromJsonAsync<JsonElement>($"items/{position}?reviewer={Uri.EscapeDataString(reviewer)}", Cancel);

        public async Task DecideAsync(string item, string reviewer, bool isKept, string? text)
        {
            using var answer = await _client.PostAsJsonAsync("decisions", new { item, reviewer, isKept, text }, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        public void Kill() => _process.Kill();

        public void Dispose()
        {
            _client.Dispose();
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }
}
