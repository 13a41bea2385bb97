using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using Xunit;

namespace CoVR.TestSupport.Robustness;

/// <summary>
/// Broken inputs by the thousand: each is read or refused with the documented errors, in bounded time and memory. <c>COVR_FUZZ</c> says how
/// many inputs all suites take together, <c>COVR_FUZZ_SEED</c> gives others, and <c>COVR_FUZZ_FROM</c> starts at a later input; <see cref="BranchCoverage"/> makes them search.
/// </summary>
public static class Fuzz
{
    /// <summary>How many inputs the suites take together unless <c>COVR_FUZZ</c> says otherwise.</summary>
    private const long Usual = 65_000;
    private const int MostFaults = 10;
    private const long WorkingSetGrowth = 1L << 30;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs a suite.</summary>
    /// <param name="name">Names the suite in files and messages.</param>
    /// <param name="share">How many of the usual inputs it takes.</param>
    /// <param name="make">Makes an input.</param>
    /// <param name="read">Reads it: true; false if it was refused with a documented error. Everything else that is thrown is a fault.</param>
    /// <param name="freeBytes">The managed memory that may be allocated for any input.</param>
    /// <param name="bytesPerByte">And that for each byte of the input.</param>
    /// <param name="leastShare">At least this share of the inputs is read, and at least this is refused: else the inputs do not reach what they are to test.</param>
    public static void Run(string name, int share, Func<Random, byte[]> make, Func<byte[], bool> read, long freeBytes = 1 << 20, int bytesPerByte = 200, double leastShare = 0.01)
    {
        var run = new FuzzRun(name, Setting("COVR_FUZZ_SEED", 1), make, read, input => freeBytes + (input.LongLength * bytesPerByte));
        var (from, rounds) = (Setting("COVR_FUZZ_FROM", 0), Math.Max(1, share * Setting("COVR_FUZZ", Usual) / Usual));

        // The stack of a thread on Windows and musl, so that recursion shows that is too deep there.
        var worker = new Thread(() => run.Work(from, rounds), 1 << 20) { IsBackground = true };
        var before = Environment.WorkingSet;
        worker.Start();
        while (!worker.Join(Interval))
        {
            var growth = Environment.WorkingSet - before;
            if (run.Elapsed > Deadline || growth > WorkingSetGrowth)
            {
                run.Stop();
                Assert.Fail($"{name}: an input has taken {run.Elapsed}, and the process has grown by {growth >> 20} MiB. {run.Keep()}");
            }
        }

        Assert.True(run.Faults.Count == 0, $"{name}: {run.Faults.Count} kinds of faults.\n{string.Join("\n\n", run.Faults.Values)}");
        if (from == 0 && rounds >= share && !BranchCoverage.IsOn)
        {
            Assert.InRange(run.Refused, (long)(rounds * leastShare), rounds - (long)(rounds * leastShare));
        }
    }

    /// <summary>Whole files to start from, besides those that a suite makes: those of the folder <c>COVR_FUZZ_SEEDS</c> with one of these extensions.</summary>
    public static IReadOnlyList<byte[]> Seeds(params string[] extensions) => Environment.GetEnvironmentVariable("COVR_FUZZ_SEEDS") is { Length: > 0 } folder
        ? [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)]
        : [];

    private static long Setting(string name, long otherwise) =>
        long.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    private sealed class FuzzRun(string name, long seed, Func<Random, byte[]> make, Func<byte[], bool> read, Func<byte[], long> mostBytes)
    {
        private readonly BranchCoverage? _coverage = BranchCoverage.Create();
        private readonly string _place = Path.Combine(Path.GetTempPath(), $"covr-fuzz-{string.Concat(name.Where(char.IsAsciiLetterOrDigit))}-{seed}");
        private long _round, _started = Stopwatch.GetTimestamp();
        private byte[] _input = [];
        private volatile bool _isStopped;

        public SortedDictionary<string, string> Faults { get; } = new(StringComparer.Ordinal);

        public long Refused { get; private set; }

        /// <summary>How long the current input has been read.</summary>
        public TimeSpan Elapsed => Stopwatch.GetElapsedTime(Interlocked.Read(ref _started));

        public void Work(long from, long rounds)
        {
            // A fault that ends the process leaves the number of its input in this file.
            using (var file = MemoryMappedFile.CreateFromFile(_place + ".round", FileMode.Create, null, sizeof(long)))
            using (var number = file.CreateViewAccessor())
            {
                for (_round = from; _round < from + rounds && Faults.Count < MostFaults && !_isStopped; _round++)
                {
                    number.Write(0, _round);
                    Take(new Random(HashCode(_round)));
                }
            }

            File.Delete(_place + ".round");
            if (_coverage is not null)
            {
                Console.WriteLine($"{name}: {rounds} inputs, {_coverage.Branches} branches, {_coverage.Kept} inputs took a new one.");
            }
        }

        public void Stop() => _isStopped = true;

        /// <summary>Keeps the current input in a file.</summary>
        /// <returns>Which it is and where.</returns>
        public string Keep()
        {
            var kept = $"{_place}-{_round}.bin";
            File.WriteAllBytes(kept, _input);
            return $"Input {_round} of seed {seed}, kept as {kept}" +
                (_coverage is null ? $"; COVR_FUZZ_SEED={seed} COVR_FUZZ_FROM={_round} repeats it." : ".");
        }

        private int HashCode(long round) => (int)((ulong)((seed * 1_000_003) + round) * 0x9E3779B97F4A7C15UL >> 33);

        private void Take(Random random)
        {
            _input = _coverage?.Next(random, make) ?? make(random);
            Interlocked.Exchange(ref _started, Stopwatch.GetTimestamp());
            try
            {
                var (isRead, allocated) = Measure();
                Refused += isRead ? 0 : 1;

                // Again: tables may have been loaded that stay.
                allocated = allocated > mostBytes(_input) ? Measure().Allocated : allocated;
                Assert.True(allocated <= mostBytes(_input), $"{allocated} bytes were allocated for {_input.Length}, at most {mostBytes(_input)} are allowed.");
            }
            catch (Exception error)
            {
                var place = error.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("CoVR", StringComparison.Ordinal)) ?? "";
                var key = $"{error.GetType()} {place}";
                if (!Faults.ContainsKey(key))
                {
                    Faults[key] = $"{Keep()} {error}";
                }
            }
        }

        private (bool IsRead, long Allocated) Measure()
        {
            _coverage?.Start();
            var before = GC.GetAllocatedBytesForCurrentThread();
            var isRead = read(_input);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            _coverage?.End(_input);
            return (isRead, allocated);
        }
    }
}
