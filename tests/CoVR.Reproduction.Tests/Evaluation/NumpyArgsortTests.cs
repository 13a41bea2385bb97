using System.Diagnostics;
using System.Globalization;
using CoVR.Reproduction.Evaluation;

namespace CoVR.Reproduction.Tests.Evaluation;

public sealed class NumpyArgsortTests
{
    /// <summary>Orders that numpy 1.24.2 gave, as hashes: pseudo-random numbers of few values, of many, constants, and the pattern against which quicksort needs its heapsort.</summary>
    [Theory]
    [InlineData(0, 4, 2166136261u)]
    [InlineData(16, 4, 1410241397u)]
    [InlineData(17, 4, 1673411299u)]
    [InlineData(18, 1, 704026634u)]
    [InlineData(100, 1, 3656178773u)]
    [InlineData(100, 7, 400850741u)]
    [InlineData(1000, 3, 3364460961u)]
    [InlineData(2556, 2000, 3678239107u)]
    [InlineData(8102, 40, 1816318920u)]
    [InlineData(3000, -1, 840043321u)]
    public void Ascending_OfTies_IsTheOrderOfNumpy(int count, int distinct, uint expected) => Assert.Equal(expected, Hash(NumpyArgsort.Ascending(Values(count, distinct))));

    [Fact]
    public void Ascending_OfDifferentNumbers_SortsThem()
    {
        float[] values = [.. Enumerable.Range(0, 5000).Select(i => (float)(i * 7919L % 5000))];
        Assert.Equal(Enumerable.Range(0, 5000).OrderBy(i => values[i]), NumpyArgsort.Ascending(values));
    }

    [Fact]
    public void Ascending_OfNumbersDrawnByNumpy_IsItsOrder_WherePythonIsThere()
    {
        const string Script = "import numpy, sys\nassert numpy.__version__.startswith('1.24.')\nr = numpy.random.default_rng(int(sys.argv[1]))\n"
            + "v = r.integers(0, int(sys.argv[3]), int(sys.argv[2])).astype(numpy.float32)\nprint(*v.astype(int))\nprint(*numpy.argsort(v))";
        foreach (var (seed, count, distinct) in new[] { (1, 40, 5), (2, 500, 9), (3, 3000, 30) })
        {
            var lines = Python(Script, $"{seed}", $"{count}", $"{distinct}");
            Assert.SkipWhen(lines.Length < 2, "no python3 with numpy 1.24 here");
            int[][] numbers = [.. lines.Take(2).Select(line => line.Split(' ').Select(text => int.Parse(text, CultureInfo.InvariantCulture)).ToArray())];
            Assert.Equal(numbers[1], NumpyArgsort.Ascending([.. numbers[0].Select(number => (float)number)]));
        }
    }

    internal static float[] Values(int count, int distinct)
    {
        var values = new float[count];
        if (distinct < 0)
        {
            for (var i = 1; i <= count / 2; i++)
            {
                (values[i - 1], values[(count / 2) + i - 1]) = ((i % 2 == 1 ? i : (count / 2) + i - 1) / -distinct, 2 * i / -distinct);
            }

            return values;
        }

        var state = 12345L;
        for (var i = 0; i < count; i++)
        {
            state = ((state * 1103515245) + 12345) % (1L << 31);
            values[i] = (state >> 16) % distinct;
        }

        return values;
    }

    internal static uint Hash(int[] order) => order.Aggregate(2166136261u, (hash, place) => unchecked((hash ^ (uint)place) * 16777619u));

    private static string[] Python(string script, params string[] arguments)
    {
        foreach (var program in new[] { "/usr/bin/python3", "python3" })
        {
            try
            {
                using var process = Process.Start(new ProcessStartInfo(program, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return lines;
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // It is not there.
            }
        }

        return [];
    }
}
