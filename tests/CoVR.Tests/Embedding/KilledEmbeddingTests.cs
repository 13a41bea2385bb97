using System.Diagnostics;
using System.Globalization;
using CoVR.Embedding;
using CoVR.Storage;
using CoVR.TestSupport;

namespace CoVR.Tests.Embedding;

/// <summary>Fifty kills; <c>COVR_KILLS</c> asks for fewer. Everything happens in other processes, so that tests of torch can run meanwhile.</summary>
public sealed class KilledEmbeddingTests
{
    private const string KillsVariable = "COVR_KILLS";
    private const int UsualKills = 50;
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var random = new Random(20261122);
        var kills = int.TryParse(Environment.GetEnvironmentVariable(KillsVariable), NumberStyles.None, CultureInfo.InvariantCulture, out var wanted) ? wanted : UsualKills;
        var reported = new List<string>();
        var next = new Host(folder.FullName);
        try
        {
            for (var kill = 0; kill < kills; kill++)
            {
                // The next process starts meanwhile, but touches nothing before it is its turn.
                using var now = next;
                next = new Host(folder.FullName);
                var (finished, embedded) = await now.RunAsync(random.Next(1, 13), TimeSpan.FromMilliseconds(random.Next(0, 8)));
                Assert.False(finished, $"Run {kill} was not killed.");
                reported.AddRange(embedded);
            }

            var last = await next.RunAsync(null, default);
            Assert.True(last.Finished);
            reported.AddRange(last.Embedded);
        }
        finally
        {
            next.Dispose();
        }

        Assert.Equal(reported.Count, reported.Distinct().Count());
        using var undisturbed = new Host(other.FullName);
        Assert.Equal(2 * SlowEmbedding.Count, (await undisturbed.RunAsync(null, default)).Embedded.Count);
        await AssertSameStoreAsync(SlowEmbedding.StoreIn(other.FullName), SlowEmbedding.StoreIn(folder.FullName));
        AssertSameTree(SlowEmbedding.TreeIn(other.FullName), SlowEmbedding.TreeIn(folder.FullName));

        // Every record is needed: none was written twice.
        Assert.Equal(SegmentLength(other), SegmentLength(folder));
    }

    private static long SegmentLength(TemporaryFolder folder) => new FileInfo(Path.Combine(SlowEmbedding.StoreIn(folder.FullName), "embeddings.bin")).Length;

    private static async Task AssertSameStoreAsync(string expected, string actual)
    {
        await using IGallery undisturbed = new FolderGallery(expected, null);
        await using IGallery resumed = new FolderGallery(actual, null);
        Assert.Equal(await undisturbed.GetInfoAsync(Cancel) with { Name = "" }, await resumed.GetInfoAsync(Cancel) with { Name = "" });
        var coverage = await EmbeddingCoverage.CheckAsync(resumed, SlowEmbedding.Items.Select(item => item.Id), cancellationToken: Cancel);
        Assert.Equal((SlowEmbedding.Count, 0, 0), (coverage.Present, coverage.Missing.Count, coverage.Surplus));
        foreach (var item in SlowEmbedding.Items)
        {
            var (one, same) = (await undisturbed.ReadAsync(item.Id, Cancel), await resumed.ReadAsync(item.Id, Cancel));
            Assert.Equal(one!.Frames, same!.Frames);
            Assert.Equal(one.Values.ToArray(), same.Values.ToArray());
        }
    }

    private static void AssertSameTree(string expected, string actual)
    {
        string[] files = [.. SlowEmbedding.Items.Select(item => item.Id.Value + ".pth").Order(StringComparer.Ordinal)];
        Assert.Equal(files, Directory.EnumerateFiles(actual, "*.pth", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(actual, path).Replace('\\', '/')).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(File.ReadAllBytes(Path.Combine(expected, file)), File.ReadAllBytes(Path.Combine(actual, file))));
    }

    /// <summary>A process that embeds when told to.</summary>
    private sealed class Host(string folder) : IDisposable
    {
        private readonly Process _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. HostArguments, SlowEmbedding.Command, folder])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        /// <summary>When the tests run through the <c>dotnet</c> host, it must be told the assembly.</summary>
        private static string[] HostArguments =>
            Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(SlowEmbedding).Assembly.Location] : [];

        /// <summary>Runs the jobs; kills them when so many items are reported, and a moment later. Null lets them end.</summary>
        public async Task<(bool Finished, List<string> Embedded)> RunAsync(int? killAfter, TimeSpan moment)
        {
            await _process.StandardInput.WriteLineAsync($"{(killAfter is null ? int.MaxValue : SlowEmbedding.Most)}");
            await _process.StandardInput.FlushAsync(Cancel);
            var embedded = new List<string>();
            while (await _process.StandardOutput.ReadLineAsync(Cancel) is { } line)
            {
                embedded.Add(line);
                if (embedded.Count == killAfter)
                {
                    await Task.Delay(moment, Cancel);
                    _process.Kill();
                }
            }

            await _process.WaitForExitAsync(Cancel);
            return (_process.ExitCode == 0, embedded);
        }

        public void Dispose()
        {
            _process.Kill();
            _process.Dispose();
        }
    }
}
