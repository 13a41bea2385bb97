using System.Runtime.InteropServices;
using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>
/// Reads a pickle as data. It knows the instructions of protocols 2 to 5 that <c>torch.save</c> uses, imports nothing, calls
/// nothing, and stays within limits; anything else is a <see cref="CheckpointException"/>.
/// </summary>
/// <remarks>
/// Values: null, bool, long, BigInteger, double, string, byte[], object?[] (tuple), List (list), OrderedDictionary (dict),
/// HashSet (set), <see cref="PickleGlobal"/>, <see cref="CheckpointObject"/>, and what the resolver makes. The instructions
/// themselves are in <see cref="PickleOpcodes"/>. Format: Python's <c>Lib/pickletools.py</c>.
/// </remarks>
internal sealed class Unpickler(RegionReader input, IPickleResolver resolver, CheckpointReadLimits limits)
{
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private readonly long _start = input.Position;
    private long _memory;
    private bool _stopped;

    /// <summary>Where the instructions come from.</summary>
    public RegionReader Input => input;

    /// <summary>Interprets names.</summary>
    public IPickleResolver Resolver => resolver;

    /// <summary>The limits.</summary>
    public CheckpointReadLimits Limits => limits;

    /// <summary>Where the current instruction is in the file.</summary>
    public long Position { get; private set; }

    /// <summary>Number of values on the stack, for MEMOIZE.</summary>
    public int Remembered => _memo.Count;

    /// <summary>Runs to the end of the pickle; the input stands behind it afterwards.</summary>
    /// <returns>The value.</returns>
    public object? Run()
    {
        for (var count = 0L; !_stopped; count++)
        {
            Position = input.Position;
            if (count >= limits.Instructions || Position - _start > limits.PickleBytes)
            {
                throw Error("the pickle is longer than any checkpoint's");
            }

            var opcode = input.ReadByte();
            var instruction = PickleOpcodes.Table[opcode] ?? throw Error($"instruction 0x{opcode:x2} is not allowed in a checkpoint's pickle");
            instruction(this);
        }

        return _stack.Count == 1 && _marks.Count == 0 ? _stack[0] : throw Error($"the pickle ends with {_stack.Count} values and {_marks.Count} open marks instead of one value");
    }

    /// <summary>Ends the run.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Puts a value on the stack.</summary>
    public void Push(object? value)
    {
        Charge(PickleCosts.Slot);
        _stack.Add(value);
    }

    /// <summary>Counts memory that values take, before or after it is allocated; what one instruction allocates unasked is never more than its bytes.</summary>
    /// <param name="bytes">An estimate.</param>
    public void Charge(long bytes)
    {
        _memory += bytes;
        if (_memory > limits.MemoryAfter(input.Position - _start))
        {
            throw Error($"the values of the pickle take more than {_memory >> 20} MiB of memory, far more than its {input.Position - _start} bytes or over the limit");
        }
    }

    /// <summary>Takes the top value.</summary>
    public object? Pop()
    {
        var value = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    /// <summary>The top value.</summary>
    public object? Peek() => _stack.Count > Floor ? _stack[^1] : throw Error("a value is popped from an empty stack");

    /// <summary>Takes the top value, which must be of a type.</summary>
    public T Pop<T>(string what) => Pop() is T value ? value : throw Error($"expected {what}");

    /// <summary>The top value, which must be of a type.</summary>
    public T Peek<T>(string what) => Peek() is T value ? value : throw Error($"expected {what}");

    /// <summary>Marks the stack.</summary>
    public void Mark()
    {
        if (_marks.Count >= limits.Nesting)
        {
            throw Error($"values are nested deeper than {limits.Nesting}");
        }

        _marks.Add(_stack.Count);
    }

    /// <summary>Takes all values above the last mark, and the mark.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw Error("there is no mark");
        }

        var start = _marks[^1];
        Charge(PickleCosts.Container + (PickleCosts.Slot * (_stack.Count - start)));
        var values = CollectionsMarshal.AsSpan(_stack)[start..].ToArray();
        _stack.RemoveRange(start, _stack.Count - start);
        _marks.RemoveAt(_marks.Count - 1);
        return values;
    }

    /// <summary>Remembers the top value.</summary>
    public void Remember(long index)
    {
        Charge(PickleCosts.Memo);
        _memo[index] = Peek();
    }

    /// <summary>Puts a remembered value on the stack.</summary>
    public void Recall(long index) => Push(_memo.TryGetValue(index, out var value) ? value : throw Error($"memo entry {index} was never set"));

    /// <summary>Makes an error about the current instruction.</summary>
    public CheckpointException Error(string reason) => input.File.Error(reason, Position);

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];
}
