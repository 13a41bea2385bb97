using System.Globalization;
using System.Text.RegularExpressions;

namespace CoVR.Training.Mpi;

/// <summary>Separates mpirun's own messages, which stand between two ruled lines, from the output of the ranks, and finds the rank that failed.</summary>
internal sealed partial class MpirunReport(TextWriter errors)
{
    private readonly List<string> _own = [];
    private List<string>? _block;

    internal void Add(string line)
    {
        if (IsRule(line))
        {
            _block = _block is null ? [line] : Close([.. _block, line]);
        }
        else if (_block is not null)
        {
            _block.Add(line);
        }
        else
        {
            errors.WriteLine(line);
        }
    }

    /// <summary>What is known of the rank that failed; null if every rank succeeded.</summary>
    internal MpiException? Failure(int exitCode, int ranks)
    {
        Flush(_block);
        if (exitCode == 0)
        {
            return null;
        }

        var text = string.Join('\n', _own);
        return Signal().Match(text) is { Success: true } signal ? Failed(Number(signal), $"was ended by signal {signal.Groups[2].Value}")
            : ExitOf().Match(text) is { Success: true } exit ? Failed(Number(exit), $"ended with exit code {exit.Groups[2].Value}")
            : Improper().Match(text) is { Success: true } improper ? Failed(Number(improper), "exited before the work was done")
            : new MpiException($"mpirun ended with exit code {exitCode}.{(text.Length == 0 ? "" : "\n" + text)}") { ExitCode = exitCode };

        MpiException Failed(int rank, string how) =>
            new($"Rank {rank} of {ranks} {how}; mpirun ended the others. The last saved state is intact: run the same command again to resume.") { ExitCode = exitCode, FailedRank = rank };
    }

    private List<string>? Close(List<string> block)
    {
        if (block.Any(line => line.Contains("mpirun", StringComparison.Ordinal) || line.Contains("Primary job", StringComparison.Ordinal)))
        {
            _own.AddRange(block.Where(line => !IsRule(line)));
        }
        else
        {
            Flush(block);
        }

        return null;
    }

    private void Flush(List<string>? block) => block?.ForEach(errors.WriteLine);

    private static bool IsRule(string line) => line.Length >= 70 && line.All(letter => letter == '-');

    private static int Number(Match match) => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"process rank (\d+) with PID .* on signal (\d+(?: \([^)]*\))?)")]
    private static partial Regex Signal();

    [GeneratedRegex(@"Process name: \[\[\d+,\d+\],(\d+)\]\s+Exit code:\s+(\d+)")]
    private static partial Regex ExitOf();

    [GeneratedRegex(@"process rank (\d+) with PID [\s\S]* exiting improperly")]
    private static partial Regex Improper();
}
