namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>Estimates of the memory that values take, in bytes.</summary>
internal static class PickleCosts
{
    /// <summary>A place on the stack or in a list, lists growing by doubling.</summary>
    public const int Slot = 16;

    /// <summary>A boxed number or the head of a string.</summary>
    public const int Number = 24;

    /// <summary>An empty list, tuple, set or dictionary.</summary>
    public const int Container = 80;

    /// <summary>An entry of a dictionary or set.</summary>
    public const int Entry = 64;

    /// <summary>A remembered value.</summary>
    public const int Memo = 56;

    /// <summary>An inert object or a tensor.</summary>
    public const int Object = 160;

    // Calls with more arguments than any function has keep the tuple as it is.
    private const int CountedArguments = 8;

    /// <summary>A text.</summary>
    public static long Of(string text) => Number + (2L * text.Length);

    /// <summary>What a call may copy of its arguments; they may be remembered values that cost the pickle nothing.</summary>
    public static long OfCall(object?[] arguments)
    {
        long cost = Object;
        foreach (var argument in arguments.AsSpan(0, Math.Min(CountedArguments, arguments.Length)))
        {
            cost += argument switch
            {
                string text => text.Length,
                List<object?> list => Entry * (long)list.Count,
                object?[] tuple => Slot * (long)tuple.Length,
                _ => 0,
            };
        }

        return cost;
    }
}
