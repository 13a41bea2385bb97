using System.Security.Cryptography;
using CoVR.Downloads;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using CoVR.TestSupport.Robustness;

namespace CoVR.Tests.Downloads;

/// <summary>A file that is being downloaded is never seen half, and never a mixture of two versions.</summary>
public sealed class KilledDownloadTests
{
    private const int UsualKills = 20;

    [Fact]
    public Task DownloadAsync_KilledAtRandomMomentsAndResumed_GivesOneWholeVersion() =>
        KillRounds.RunAsync(UsualKills, DownloadProcess.Command, seed => new Round(seed));

    private sealed class Round : IKillRound
    {
        private const int Length = 8 << 20;
        private readonly TemporaryFolder _folder = new();
        private readonly Random _random;
        private readonly ScriptedServer _server;
        private readonly bool _hasTag, _hasHash;
        private readonly List<byte[]> _versions = [];
        private int? _stallAfter;
        private TaskCompletionSource _sent = new();

        public Round(int seed)
        {
            _random = new Random(seed);
            (_hasTag, _hasHash) = (seed % 4 != 0, seed % 3 == 0);
            AddVersion();
            _server = new ScriptedServer(request =>
            {
                var reply = ScriptedReply.Honest(request, _versions[^1], _hasTag ? $"\"{_versions.Count}\"" : null);
                return reply with { StallAfter = _stallAfter < reply.Body.Length ? _stallAfter : null, Sent = _sent.SetResult };
            });
        }

        private string Target => _folder["weights", "model.pth"];

        public async Task<bool> KillAsync(ChildProcess process)
        {
            if (_random.Next(6) == 0)
            {
                AddVersion();
            }

            // Half of the kills come early, the others up to where the file is complete and renamed.
            (_stallAfter, _sent) = (_random.Next(_random.Next(2) == 0 ? Length / 4 : Length * 5 / 4), new TaskCompletionSource());
            await process.SendAsync(Line());
            var end = process.ReadAsync();
            if (await Task.WhenAny(end, _sent.Task) != end)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, _stallAfter > Length ? 40 : 8)), TestContext.Current.CancellationToken);
                process.Kill();
            }

            AssertIsWholeOrAbsent();
            return await end is null;
        }

        public async Task FinishAsync()
        {
            (_stallAfter, _sent) = (null, new TaskCompletionSource());
            using var process = new ChildProcess(DownloadProcess.Command);
            Assert.Equal("done", await process.AskAsync(Line()));
            AssertIsWholeOrAbsent();
            Assert.Equal([Target], Directory.GetFileSystemEntries(_folder["weights"]));
        }

        public void Dispose()
        {
            _server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            _folder.Dispose();
        }

        private void AddVersion()
        {
            var bytes = new byte[Length];
            _random.NextBytes(bytes);
            _versions.Add(bytes);
        }

        private string Line() => $"{_server["model.pth"]} {(_hasHash ? Convert.ToHexStringLower(SHA256.HashData(_versions[^1])) : "-")} {Target}";

        private void AssertIsWholeOrAbsent()
        {
            if (File.Exists(Target))
            {
                var found = File.ReadAllBytes(Target);
                Assert.Contains(_versions, version => version.AsSpan().SequenceEqual(found));
            }
        }
    }
}

/// <summary>A process that downloads a file when told its address, its hash or a dash, and its path.</summary>
internal static class DownloadProcess
{
    public const string Command = "download";

    public static async Task<int> RunAsync()
    {
        if ((await Console.In.ReadLineAsync())?.Split(' ', 3) is not [var address, var hash, var path])
        {
            return 1;
        }

        using var downloader = new Downloader();
        await downloader.DownloadAsync(new DownloadRequest(new Uri(address), path) { Sha256 = hash == "-" ? null : hash });
        Console.WriteLine("done");
        return 0;
    }
}
