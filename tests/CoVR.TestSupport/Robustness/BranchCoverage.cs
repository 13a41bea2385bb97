using System.Numerics;
using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace CoVR.TestSupport.Robustness;

/// <summary>
/// Which branches inputs take in assemblies that SharpFuzz has instrumented (<c>eng/fuzz-coverage.sh</c>). Inputs that take a new branch, or one
/// much more often than any before, are kept and mutated further.
/// </summary>
internal sealed unsafe class BranchCoverage
{
    /// <summary>The size of the table that instrumented code counts in, fixed by SharpFuzz.</summary>
    private const int Size = 1 << 16;
    private const int MostInputs = 20_000;
    private const int LongestInput = 1 << 16;

    /// <summary>Whether <c>COVR_FUZZ_COVERAGE=1</c> asks for it.</summary>
    public static readonly bool IsOn = Environment.GetEnvironmentVariable("COVR_FUZZ_COVERAGE") == "1";

    private readonly byte[] _seen = new byte[Size];
    private readonly List<byte[]> _inputs = [];
    private readonly ByteMutator _mutator;

    private BranchCoverage() => _mutator = new ByteMutator(_inputs);

    private static Span<byte> Counts => new(Trace.SharedMem, Size);

    /// <summary>How many inputs took a new branch.</summary>
    public int Kept => _inputs.Count;

    /// <summary>How many branches were taken, as far as the table tells them apart.</summary>
    public int Branches => Size - _seen.AsSpan().Count((byte)0);

    /// <summary>One for a suite, if it is on.</summary>
    public static BranchCoverage? Create() => IsOn ? new BranchCoverage() : null;

    /// <summary>A mutant of a kept input, or one that the suite makes: half of each.</summary>
    public byte[] Next(Random random, Func<Random, byte[]> make) => _inputs.Count == 0 || random.Next(2) == 0 ? make(random) : _mutator.Make(random);

    /// <summary>Forgets the branches of the input before.</summary>
    public void Start() => Counts.Clear();

    /// <summary>Keeps an input that took a new branch.</summary>
    public void End(byte[] input)
    {
        var isNew = false;
        var words = MemoryMarshal.Cast<byte, ulong>(Counts);
        for (var word = 0; word < words.Length; word++)
        {
            for (var at = word * sizeof(ulong); words[word] != 0 && at < (word + 1) * sizeof(ulong); at++)
            {
                // A bit for each power of two of the count.
                var bit = Counts[at] == 0 ? 0 : 1 << BitOperations.Log2(Counts[at]);
                isNew |= (_seen[at] & bit) != bit;
                _seen[at] |= (byte)bit;
            }
        }

        if (isNew && input.Length <= LongestInput && _inputs.Count < MostInputs)
        {
            _inputs.Add(input);
        }
    }

    /// <summary>Gives instrumented code its table; to be called before any of that code runs.</summary>
    public static void Allocate() => Trace.SharedMem = IsOn ? (byte*)NativeMemory.AllocZeroed(Size) : null;
}
