using System.Text.Json;
using CoVR.Construction.Tests.Chat;
using CoVR.Media;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;
using CoVR.TestSupport.Downloads;
using CoVR.TestSupport.Robustness;

namespace CoVR.Construction.Tests;

/// <summary>All stages, with captions and edits from a model server that throttles and fails now and then, killed at random moments.</summary>
public sealed class KilledConstructionTests
{
    private const int UsualKills = 8;
    private const int Pictures = 12;
    private const int FailsEvery = 19;

    [Fact]
    public Task RunAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun() => KillRounds.RunAsync(UsualKills, ConstructProcess.Command, seed => new Round(seed));

    private sealed class Round : IKillRound
    {
        private readonly TemporaryFolder _folder = new();
        private readonly TemporaryFolder _other = new();
        private readonly ModelServer _server = new();
        private readonly Random _random;
        private int _kills;
        private int _requests;
        private int _answers;

        public Round(int seed)
        {
            _random = new Random(seed);
            _server.Refuse = _ => Interlocked.Increment(ref _requests) % FailsEvery != 0 ? null
                : _requests % 2 == 0 ? ScriptedReply.Text(429, "{}", ("Retry-After", "0"))
                : ScriptedReply.Text(200, "{\"choices\": [", ("Content-Type", "application/json")) with { CutAfter = 5 };
            _server.Reply = prompt =>
            {
                Interlocked.Increment(ref _answers);
                return new ChatTurn(prompt.Contains("data:image", StringComparison.Ordinal) ? $$"""{"caption": "w1 w{{prompt.Sum(letter => letter) % 7}} w2"}""" : Edit(ColourModel.Change(prompt)));
            };
            foreach (var folder in new[] { _folder, _other })
            {
                MadeCaptions.Write(folder, MadeCaptions.Draw(ConstructProcess.Captions, vocabulary: 12, least: 3, most: 3));
                for (var i = 0; i < Pictures; i++)
                {
                    MediaWriter.WritePng(folder["media", $"picture{i}.png"], new RgbFrame(8, 8, Enumerable.Range(0, 8 * 8 * 3).Select(value => (byte)(value * (i + 1) * 7)).ToArray()));
                }
            }
        }

        public async Task<bool> KillAsync(ChildProcess process)
        {
            // Half of the kills hit one of the few steps of the stages, the others one of the many answers.
            var left = _random.Next(2) == 0 ? _random.Next(1, 8) : _random.Next(1, 600);
            await process.SendAsync($"{_folder.FullName}|{_server.OpenAI}");
            while (await process.ReadAsync() is { } line)
            {
                if (line == ConstructProcess.Done)
                {
                    return false;
                }

                if (--left == 0)
                {
                    process.Kill();
                }
            }

            _kills++;
            return true;
        }

        public async Task FinishAsync()
        {
            await RunAsync(_folder);
            var answers = _answers;
            await RunAsync(_other);
            string[] files = [.. Directory.GetFiles(_other["dataset"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
            Assert.Equal(files, Directory.GetFiles(_folder["dataset"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (var file in files)
            {
                Assert.Equal(await File.ReadAllBytesAsync(_other["dataset", file]), await File.ReadAllBytesAsync(_folder["dataset", file]));
            }

            var kept = Keys(_folder);
            Assert.Equal(Keys(_other), kept);
            Assert.Equal(kept.Count, kept.Distinct().Count());

            // Only calls that were under way when the process was killed are made, and paid, again.
            Assert.Equal(kept.Count, _answers - answers);
            Assert.InRange(answers - kept.Count, 0, _kills * ConstructProcess.Concurrency);
            TestContext.Current.SendDiagnosticMessage($"{_kills} kills, {kept.Count} answers, {answers - kept.Count} of them twice");
        }

        public void Dispose()
        {
            _server.DisposeAsync().AsTask().Wait();
            _folder.Dispose();
            _other.Dispose();
        }

        private static string Edit((string Removed, string Added) change) => ColourModel.Edits($"{change.Added} instead of {change.Removed}", $"now {change.Added}");

        private static IReadOnlyList<string> Keys(TemporaryFolder folder) =>
            [.. new[] { "captions.jsonl", "edits.jsonl" }.SelectMany(file => File.ReadLines(folder[file])).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Key").GetString()!).Order(StringComparer.Ordinal)];

        private async Task RunAsync(TemporaryFolder folder)
        {
            using var process = new ChildProcess(ConstructProcess.Command);
            await process.SendAsync($"{folder.FullName}|{_server.OpenAI}");
            string? line;
            do
            {
                line = await process.ReadAsync();
                Assert.NotNull(line);
            }
            while (line != ConstructProcess.Done);
        }
    }
}
