using System.Text.Json;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Construction.Tests;

public sealed class KilledConstructionTests
{
    private const int UsualKills = 12;
    private const int Concurrency = 4;

    [Fact]
    public Task RunAsync_KilledAtRandomMomentsAndResumed_EqualsTheUndisturbedRun() => KillRounds.RunAsync(UsualKills, ConstructProcess.Command, seed => new Round(seed));

    private sealed class Round : IKillRound
    {
        private readonly TemporaryFolder _folder = new();
        private readonly TemporaryFolder _other = new();
        private readonly Random _random;
        private int _kills;

        public Round(int seed)
        {
            _random = new Random(seed);
            foreach (var folder in new[] { _folder, _other })
            {
                MadeCaptions.Write(folder, MadeCaptions.Draw(ConstructProcess.Captions, vocabulary: 12, least: 3, most: 3));
            }
        }

        public async Task<bool> KillAsync(ChildProcess process)
        {
            // Half of the kills hit one of the few steps of the stages, the others one of the many answers.
            var left = _random.Next(2) == 0 ? _random.Next(1, 8) : _random.Next(1, 600);
            await process.SendAsync(_folder.FullName);
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
            await RunAsync(_other);
            string[] files = [.. Directory.GetFiles(_other["dataset"]).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];
            Assert.Equal(files, Directory.GetFiles(_folder["dataset"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            foreach (var file in files)
            {
                Assert.Equal(await File.ReadAllBytesAsync(_other["dataset", file]), await File.ReadAllBytesAsync(_folder["dataset", file]));
            }

            string[] keys = [.. File.ReadLines(_folder["answers.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("Key").GetString()!)];
            Assert.Equal(keys.Length, keys.Distinct().Count());
            Assert.Equal(File.ReadLines(_other["answers.jsonl"]).Count(), keys.Length);

            // Only calls that were under way when the process was killed are made again.
            Assert.InRange(File.ReadLines(_folder["asked.txt"]).Count() - keys.Length, 0, _kills * Concurrency);
        }

        public void Dispose()
        {
            _folder.Dispose();
            _other.Dispose();
        }

        private static async Task RunAsync(TemporaryFolder folder)
        {
            using var process = new ChildProcess(ConstructProcess.Command);
            await process.SendAsync(folder.FullName);
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
