using System.Globalization;
using Xunit;

namespace CoVR.TestSupport.Robustness;

/// <summary>Work on fresh data that is killed again and again.</summary>
public interface IKillRound : IDisposable
{
    /// <summary>Lets a process go on with the work, kills it at a random moment and checks what it left.</summary>
    /// <returns>False: the work was done before the kill.</returns>
    Task<bool> KillAsync(ChildProcess process);

    /// <summary>Finishes the work without a kill and checks all of it.</summary>
    Task FinishAsync();
}

/// <summary>Kills as often as <c>COVR_KILLS</c> says, in rounds of fresh data and a new seed, from <c>COVR_KILLS_SEED</c> on.</summary>
public static class KillRounds
{
    private const int MostPerRound = 50;

    /// <summary>Runs rounds until there were enough kills.</summary>
    /// <param name="usual">How many kills without <c>COVR_KILLS</c>.</param>
    /// <param name="command">The command of <c>Program.cs</c> that works.</param>
    /// <param name="start">Makes the round of a seed.</param>
    public static async Task RunAsync(int usual, string command, Func<int, IKillRound> start)
    {
        var wanted = Read("COVR_KILLS", usual);
        var next = new ChildProcess(command);
        try
        {
            for (var (kills, seed) = (0, Read("COVR_KILLS_SEED", 1)); kills < wanted; seed++)
            {
                using var round = start(seed);
                var before = kills;
                try
                {
                    for (var isDone = false; !isDone && kills < Math.Min(wanted, before + MostPerRound);)
                    {
                        // The next process starts meanwhile, but touches nothing before it is its turn.
                        using var now = next;
                        next = new ChildProcess(command);
                        isDone = !await round.KillAsync(now);
                        kills += isDone ? 0 : 1;
                    }

                    await round.FinishAsync();
                }
                catch (Exception error)
                {
                    Assert.Fail($"Seed {seed}, kill {kills - before} of its round, {kills} in all: {error}");
                }
            }
        }
        finally
        {
            next.Dispose();
        }
    }

    private static int Read(string variable, int usual) => int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : usual;
}
