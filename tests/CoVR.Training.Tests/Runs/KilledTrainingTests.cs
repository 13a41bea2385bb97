using System.Globalization;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Runs;

[Collection("torch")]
public sealed class KilledTrainingTests
{
    private const int UsualKills = 8;

    [Fact]
    public Task RunAsync_KilledAtRandomMomentsAndResumed_EqualsTheUninterruptedRunBitForBit() =>
        KillRounds.RunAsync(UsualKills, KilledTraining.Command, seed => new Round(seed));

    private sealed class Round(int seed) : IKillRound
    {
        private const int Steps = 18;
        private readonly TemporaryFolder _folder = new();
        private readonly Random _random = new(seed);
        private long _done;

        private string Out => _folder["run"];

        public async Task<bool> KillAsync(ChildProcess process)
        {
            // A process holds some steps after the one at which it is killed, so that the kill cannot come too late.
            var killAt = _done + _random.Next(1, 8);
            await process.SendAsync(string.Create(CultureInfo.InvariantCulture, $"{killAt + 4} {seed} {Out}"));
            var isKilled = false;
            while (await process.ReadAsync() is { } step)
            {
                _done = long.Parse(step, CultureInfo.InvariantCulture);
                if (_done >= killAt && !isKilled)
                {
                    isKilled = true;
                    await Task.Delay(TimeSpan.FromMilliseconds(_random.Next(0, 8)), TestContext.Current.CancellationToken);
                    process.Kill();
                }
            }

            AssertStateIsWhole();
            return isKilled;
        }

        public async Task FinishAsync()
        {
            var saved = AssertStateIsWhole();
            using var encoder = new TinyEncoder(saved ? 99 : seed);
            using (var log = new CsvRunLogger(Out))
            {
                var result = await new Trainer(TinyRuns.Resumable(Out)).RunAsync(TinyRuns.Composed(encoder, log), null, TestContext.Current.CancellationToken);
                Assert.Equal(saved, result.ResumedAt is not null);
                Assert.True(result.ResumedAt is null || result.ResumedAt >= _done - 2, $"resumed at {result.ResumedAt} after step {_done}");
            }

            using var uninterrupted = new TinyEncoder(seed);
            await new Trainer(TinyRuns.Options()).RunAsync(TinyRuns.Composed(uninterrupted), null, TestContext.Current.CancellationToken);
            Assert.Equal(TinyRuns.Weights(uninterrupted), TinyRuns.Weights(encoder));
            Assert.Empty(Directory.GetFiles(Out, "*.tmp"));
            var steps = File.ReadAllLines(Path.Combine(Out, "steps.csv")).Skip(1).Select(row => row.Split(',')[1]);
            Assert.Equal(Enumerable.Range(1, Steps).Select(step => $"{step}"), steps);
        }

        public void Dispose() => _folder.Dispose();

        private bool AssertStateIsWhole()
        {
            var path = Path.Combine(Out, RunStateFile.FileName);
            if (!File.Exists(path))
            {
                return false;
            }

            using var checkpoint = Checkpoint.Open(path);
            Assert.Contains(checkpoint.Tensors().Keys, name => name.EndsWith(".exp_avg", StringComparison.Ordinal));
            return true;
        }
    }
}
